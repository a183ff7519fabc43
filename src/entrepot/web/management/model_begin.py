"""A new model: begun with a small sound one, with a text of one's own, or with files; kept as a draft from the start."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from entrepot import configurator
from entrepot.configurator import Draft
from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.words import mark
from entrepot.web.management.model_source import MAX_FORM, answer, plain_lines, save, source_of
from entrepot.web.staff import Asked, Form, back, desk_of, text

NEW = "/management/new-model"
MODELS, TABLES = (".yaml", ".yml", ".uvl"), (".csv",)
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


class NoModelFile(Invalid):
    code = "NO_MODEL_FILE"
    message = mark("Choose one file with a model (.yaml or .uvl), and beside it the tables it names (.csv).")


class FileNotText(Invalid):
    code = "FILE_NOT_TEXT"
    message = mark("{file} is no text in UTF-8. Save it again with that encoding.")


@get(NEW, permission="model.publish", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The text of a new model, begun with a small sound one."""
    return source_of(request, _begun(request))


@post(NEW, permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_FORM)
def new(request: Asked, data: Form) -> Response[Any]:
    """Check the text of a new model, keep it as a draft, or publish its first version."""
    return answer(request, Draft("", 0, plain_lines(str(data.get("source", "")))), text(data, "do"))


@post(f"{NEW}/files", permission="model.publish", request_max_body_size=MAX_FORM)
async def upload(request: Asked, data: Files) -> Response[Any]:
    """Begin with files: a model in YAML with the tables it names, or a feature model in UVL, which becomes YAML."""
    sent = data.get("files", [])
    uploads = [one for one in (sent if isinstance(sent, list) else [sent]) if isinstance(one, UploadFile) and one.filename]
    contents = [(one.filename, await one.read()) for one in uploads]
    return await asyncio.to_thread(_begin_with, request, contents)


def _begin_with(request: Asked, files: list[tuple[str, bytes]]) -> Response[Any]:
    """Reading a large model takes seconds, beside everybody else's requests."""
    draft = _begun(request)
    try:
        texts = {name: _decoded(name, content) for name, content in files}
        draft = _draft_of(texts, desk_of(request).store.identifier)
        save(request, draft, 0)
    except Error as error:
        return source_of(request, draft, error=error)
    return back(f"/management/models/{draft.name}/source", "draft_saved")


def _begun(request: Asked) -> Draft:
    return Draft("", 0, configurator.starter("my-kit", desk_of(request).store.identifier))


def _decoded(name: str, content: bytes) -> str:
    try:
        return plain_lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileNotText(file=name) from None


def _draft_of(texts: dict[str, str], organization: str) -> Draft:
    """One model and the files beside it; a model that is no text of ours becomes one."""
    models = [name for name in texts if name.lower().endswith(MODELS)]
    main = [name for name in models if name.lower().endswith(".uvl") or "\nmodel:" in f"\n{texts[name]}"]
    if len(main) != 1 or any(not name.lower().endswith((*MODELS, *TABLES)) for name in texts):
        raise NoModelFile(path="files")
    source = texts.pop(main[0])
    if main[0].lower().endswith(".uvl"):
        source = configurator.yaml_of_uvl(main[0], source, organization)
    return Draft(configurator.name_in(source), 0, source, texts)


routes: list[Any] = [new_page, new, upload]
