"""
The contract as an OpenAPI 3.1 document, for everybody who calls it as HTTP/JSON: made from the descriptors, their
comments, options and rules, and from the golden examples that the gateway's tests hold Envoy to. Nothing in it is
written by hand but the introduction, so nothing can drift; what cannot be read reliably stops the generator.
"""
