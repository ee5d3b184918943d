"""The API design rules (AIP) that the contract claims to keep, over its descriptors."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor

from gateway.contract import SERVICES, Method, all_methods
from gateway.openapi.__main__ import image
from gateway.openapi.comments import Comments
from gateway.openapi.rules import behaviors, message_of

FILES = [service.file for service in SERVICES.values()]
METHODS = [(m, SERVICES[m.service].methods_by_name[m.path.rpartition("/")[2]]) for m in all_methods()]
READS = ("Get", "List", "Watch", "Search", "Explain", "Diff", "Suggest")
method = pytest.mark.parametrize(
    ("method", "descriptor"), METHODS, ids=[descriptor.name for _, descriptor in METHODS]
)


def messages() -> Iterator[Descriptor]:
    waiting = [message for file in FILES for message in file.message_types_by_name.values()]
    while waiting:
        message = waiting.pop()
        yield message
        waiting += [each for each in message.nested_types if not each.GetOptions().map_entry]


def enums() -> Iterator[EnumDescriptor]:
    yield from (enum for file in FILES for enum in file.enum_types_by_name.values())
    yield from (enum for message in messages() for enum in message.enum_types)


def field(message: Descriptor, name: str) -> FieldDescriptor:
    assert name in message.fields_by_name, f"{message.full_name} has no {name}"
    return message.fields_by_name[name]


@method
def test_get_reads_and_nothing_else_does(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-131, 132, 136: a proxy may repeat or prefetch a GET."""
    assert (method.verb == "GET") == descriptor.name.startswith(READS)


@method
def test_a_standard_method_has_its_verb_and_path(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-131 to 135: no method is a standard one by name only."""
    standard = {"Get": "GET", "List": "GET", "Create": "POST", "Update": "PATCH", "Delete": "DELETE"}
    for prefix, verb in standard.items():
        if descriptor.name.startswith(prefix):
            assert method.verb == verb
            assert ":" not in method.template
    if method.verb == "PATCH":
        assert descriptor.name.startswith("Update")


@pytest.mark.parametrize("descriptor", [each for _, each in METHODS], ids=lambda each: each.name)
def test_a_list_is_paged(descriptor: MethodDescriptor) -> None:
    """AIP-158. The consents are a fixed few, one for each purpose, and have no pages."""
    pages = descriptor.name.startswith(("List", "Search")) and descriptor.name != "ListConsents"
    assert ("page_size" in descriptor.input_type.fields_by_name) == pages
    if pages:
        for name in ("page_size", "page_token"):
            field(descriptor.input_type, name)
        field(descriptor.output_type, "next_page_token")
        (items,) = (each for each in descriptor.output_type.fields if each.is_repeated)
        assert items.number == 1


@method
def test_an_update_has_a_mask_and_an_etag(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-134 and 154: only what is named changes, and nobody's change is overwritten unseen."""
    if method.verb != "PATCH":
        assert "update_mask" not in descriptor.input_type.fields_by_name
        return
    mask = field(descriptor.input_type, "update_mask")
    assert message_of(mask).full_name == "google.protobuf.FieldMask"
    resource = message_of(field(descriptor.input_type, method.body))
    assert resource == descriptor.output_type
    assert "OUTPUT_ONLY" not in behaviors(field(resource, "etag"))


@method
def test_a_create_or_custom_write_can_be_repeated(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-155. Reads, updates and deletions repeat by themselves; that of the account returns its receipt."""
    repeats = method.verb == "POST" or descriptor.name == "DeleteAccount"
    assert ("request_id" in descriptor.input_type.fields_by_name) == repeats


@method
def test_a_custom_verb_stands_behind_a_colon(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-136, and AIP-122: collections are plural lowerCamel words."""
    path, colon, verb = re.sub(r"\{[a-z_.]+=([^}]*)\}", r"\1", method.template).partition(":")
    if colon:
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", verb)
        assert descriptor.name.lower().startswith(verb.lower()) or verb == "adjust"
    assert re.fullmatch(r"/v1(/([a-z]+([A-Z][a-z]+)*|\*))+", path)


@method
def test_a_custom_write_takes_the_whole_body(method: Method, descriptor: MethodDescriptor) -> None:
    """AIP-136, and grpc-gateway: POST has the request as its body, GET and DELETE have none."""
    resources = [
        each.name for each in descriptor.input_type.fields if each.message_type == descriptor.output_type
    ]
    expected = {"POST": "*", "PATCH": resources[0] if resources else None, "GET": "", "DELETE": ""}
    assert method.body == expected[method.verb]


def test_a_resource_is_identified_by_its_name() -> None:
    """AIP-122 and 203: what has a name of its own says so, and a request that names something requires it."""
    for message in messages():
        name = message.fields_by_name.get("name")
        if name and message.name.endswith("Request"):
            service_only = message.name in {"GetEvidenceRequest", "ResolveClipRequest"}
            assert service_only or behaviors(name) == {"REQUIRED"}, message.full_name
        elif name:
            assert behaviors(name) == {"IDENTIFIER"}, message.full_name


def test_names_are_written_as_everywhere() -> None:
    """AIP-140 and 126: fields in snake_case, enum values in capitals behind the enum's name, zero unspecified."""
    for message in messages():
        for each in message.fields:
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", each.name), each.full_name
            if each.message_type and each.message_type.full_name == "google.protobuf.Timestamp":
                assert each.name.endswith("_time"), each.full_name
    for enum in enums():
        prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.name).upper() + "_"
        assert enum.values_by_number[0].name == prefix + "UNSPECIFIED"
        for value in enum.values:
            assert re.fullmatch(prefix + r"[A-Z0-9]+(_[A-Z0-9]+)*", value.name), value.name


def test_every_element_has_a_comment() -> None:
    """AIP-192: services, methods, messages, fields, enums and their values."""
    comments = Comments(image())
    for service in SERVICES.values():
        assert comments.of(service)
        assert all(comments.of(each) for each in service.methods)
    for message in messages():
        assert comments.of(message)
        assert all(comments.of(each) for each in message.fields)
    for enum in enums():
        assert comments.of(enum)
        assert all(comments.value(enum, value.name) for value in enum.values)
