"""
The contract's comments, for readers of JSON: looked up by the element they stand above, lines joined into paragraphs,
and fields named as JSON names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from google.protobuf.descriptor import Descriptor, EnumDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

Path = tuple[int, ...]

# Numbers of the fields in descriptor.proto under which a file keeps its parts.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_FIELDS, _NESTED, _NESTED_ENUMS, _ONEOFS = 2, 3, 4, 8
_PARTS = 2  # the methods of a service, the values of an enum

_SNAKE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
_CLAUSE = re.compile(r"[.:;](?:\s|$)| \(")
_LONGEST_SUMMARY = 100


class Named(Protocol):
    """Anything of a descriptor that has a full name."""

    @property
    def full_name(self) -> str: ...


class Comments:
    """What the contract says about each of its elements."""

    def __init__(self, image: FileDescriptorSet) -> None:
        """
        Args:
            image: The contract's files with their source info.
        """
        self._texts: dict[str, str] = {}
        for file in image.file:
            comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
            for name, path in _elements(file):
                if text := comments.get(path, ""):
                    self._texts[name] = _paragraphs(text)

    def of(self, element: Named, scope: Descriptor | None = None) -> str:
        """
        Return the comment above an element, as Markdown.

        Args:
            element: A service, method, message, field or enum.
            scope: The message whose fields, and whose fields' fields, are named as JSON names them.

        Raises:
            LookupError: it has none; `make check` refuses such a contract, too.
        """
        return self.at(element.full_name, scope)

    def value(self, enum: EnumDescriptor, name: str) -> str:
        """Return the comment above a value of an enum."""
        return self.at(f"{enum.full_name}.{name}")

    def method(self, method: MethodDescriptor) -> str:
        """Return the comment above a method, with the fields of its request and response as in JSON."""
        names = {**_json_names(method.input_type), **_json_names(method.output_type)}
        return _renamed(self.at(method.full_name), names)

    def at(self, full_name: str, scope: Descriptor | None = None) -> str:
        """Return the comment of whatever has this name."""
        if full_name not in self._texts:
            raise LookupError(f"{full_name} has no comment")
        return _renamed(self._texts[full_name], _json_names(scope) if scope else {})


def summary(text: str) -> str:
    """Return the first clause of a method's comment as plain text, without the method's name and the full stop."""
    _name, _, rest = text.replace("`", "").partition(" ")
    end = _CLAUSE.search(rest)
    clause = " ".join(rest[: end.start()].split()) if end else rest
    if len(clause) > _LONGEST_SUMMARY:
        clause = clause[:_LONGEST_SUMMARY].rpartition(",")[0] or clause
    return clause[:1].upper() + clause[1:]


def camel(text: str) -> str:
    """Write every name of the contract as JSON does."""
    return _SNAKE.sub(lambda found: _camel(found[0]), text)


def _elements(file: FileDescriptorProto) -> Iterator[tuple[str, Path]]:
    for number, message in enumerate(file.message_type):
        yield from _of_message(f"{file.package}.{message.name}", message, (_MESSAGES, number))
    for number, enum in enumerate(file.enum_type):
        yield from _of_enum(f"{file.package}.{enum.name}", enum, (_ENUMS, number))
    for number, service in enumerate(file.service):
        name, path = f"{file.package}.{service.name}", (_SERVICES, number)
        yield name, path
        yield from _named(name, [method.name for method in service.method], (*path, _PARTS))


def _of_message(name: str, message: DescriptorProto, path: Path) -> Iterator[tuple[str, Path]]:
    yield name, path
    yield from _named(name, [field.name for field in message.field], (*path, _FIELDS))
    yield from _named(name, [oneof.name for oneof in message.oneof_decl], (*path, _ONEOFS))
    for number, nested in enumerate(message.nested_type):
        yield from _of_message(f"{name}.{nested.name}", nested, (*path, _NESTED, number))
    for number, enum in enumerate(message.enum_type):
        yield from _of_enum(f"{name}.{enum.name}", enum, (*path, _NESTED_ENUMS, number))


def _of_enum(name: str, enum: EnumDescriptorProto, path: Path) -> Iterator[tuple[str, Path]]:
    yield name, path
    yield from _named(name, [value.name for value in enum.value], (*path, _PARTS))


def _named(parent: str, names: Sequence[str], path: Path) -> Iterator[tuple[str, Path]]:
    for number, name in enumerate(names):
        yield f"{parent}.{name}", (*path, number)


def _paragraphs(comment: str) -> str:
    """Join the lines of each paragraph and list item; examples, which are indented, stay as they are."""
    out: list[str] = []
    for raw in comment.splitlines():
        line = raw.removeprefix(" ").rstrip()
        starts = (
            not line
            or line.startswith(("- ", "    "))
            or not out
            or not out[-1]
            or out[-1].startswith("    ")
        )
        if starts:
            out.append(line)
        else:
            out[-1] += " " + line.strip()
    return "\n".join(out).strip()


def _renamed(text: str, names: dict[str, str]) -> str:
    return _SNAKE.sub(lambda found: names.get(found[0], found[0]), text)


def _json_names(message: Descriptor) -> dict[str, str]:
    """The names that a comment in a message may mean: of its fields, of theirs, of its answer's and its parent's."""
    near = [message, *(field.message_type for field in message.fields if field.message_type)]
    if message.containing_type:
        near.append(message.containing_type)
    if message.name.startswith("List"):
        answer = message.file.message_types_by_name.get(message.name.replace("Request", "Response"))
        near += [answer] if answer else []
    return {field.name: _camel(field.name) for each in near for field in each.fields}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
