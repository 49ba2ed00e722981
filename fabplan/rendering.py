"""The door of jinja2: strict templates of the ``templates`` folder, rendered to text.

Templates get values and filters, nothing else. Text with ``.html`` or ``.svg`` in its template's
name is escaped by itself; ``|tojson`` puts data into a page.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import jinja2
from markupsafe import Markup

from fabplan import units
from fabplan.errors import FabplanError
from fabplan.resources import templates_folder

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class TemplateFault(FabplanError):
    """A template does not fit the values it was given: a bug in fabplan."""


def render(template_name: str, **values: Any) -> str:
    """Text of a template, e.g. ``render("sheets/step.md", step=step)``.

    Parameters
    ----------
    template_name : path below the templates folder
    values : what the template may use; a name it uses and does not get is a fault

    Raises
    ------
    TemplateFault : with the template's name and line
    """
    try:
        return _environment(str(templates_folder())).get_template(template_name).render(**values)
    except jinja2.TemplateSyntaxError as fault:
        raise TemplateFault(f"template {fault.name}:{fault.lineno}: {fault.message}") from fault
    except jinja2.TemplateError as fault:
        raise TemplateFault(f"template {template_name}:{_line(fault, template_name)}: {fault.message}") from fault


@functools.cache
def _environment(folder: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=lambda name: name is not None and (".html" in name or ".svg" in name),
        undefined=jinja2.StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
    )
    environment.filters.update(show=units.show, markdown=markdown)
    # Data blocks of pages: compact, and never a number that JSON does not know.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
    return environment


def printable(value: Any) -> Any:
    """A value without control characters: XML does not take them, and a terminal that shows the file obeys them."""
    if isinstance(value, str) and _CONTROL.search(value):
        return type(value)(_CONTROL.sub("\ufffd", value))
    return value


def markdown(text: object) -> str:
    """Text that Markdown takes literally, on one line and fit for a table cell."""
    line = " ".join(str(text).split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>|#" else letter for letter in line)


def html_of_markdown(text: str, link: Callable[[str], str], picture: Callable[[str], str]) -> Markup:
    """HTML of a sheet that fabplan wrote; raw HTML in it stays text, so that all markup is our own.

    Parameters
    ----------
    link, picture : target as written to the one on the page; links that show their own target get its number instead
    """
    # A third of a second to import: only for pages to print.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for children in (parent.children for parent in tokens if parent.children):
        for token, inner in zip(children, [*children[1:], None], strict=True):
            if token.type == "link_open":
                target = str(token.attrGet("href"))
                token.attrSet("href", link(target))
                if inner is not None and inner.content == target:
                    inner.content = target.partition("-")[0].removesuffix(".md")
            elif token.type == "image":
                token.attrSet("src", picture(str(token.attrGet("src"))))
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def _line(fault: BaseException, template_name: str) -> str:
    """Line of the template in which rendering stopped; jinja2 puts template frames into the traceback."""
    line, trace = "?", fault.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(template_name):
            line = str(trace.tb_lineno)
        trace = trace.tb_next
    return line
