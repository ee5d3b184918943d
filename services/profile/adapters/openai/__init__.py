"""
The analyzer outside: a model behind the OpenAI protocol selects what to quote and says what each quote is about.
It writes nothing that anybody reads: facts are verbatim quotes, so a model that errs, or obeys what somebody
said to it, can choose badly and cannot make anything up. What it is told stands in `prompts/`, one file a version.
"""
