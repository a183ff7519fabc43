"""The configurator: what can be chosen in a dynamic kit, and never into a dead end.

A modeler writes a *model* (classes of options and rules between them) and publishes it; a published version
never changes. A shop *launches* a shopper into a session; at every step the session shows exactly the values
that still lead to a valid configuration, why the others do not, and the smallest changes that would allow them.
The end is a signed *bill of material*. Prices and items are not known here: commerce is asked for them by
whoever serves the pages, and hands prices in.
"""

from entrepot.configurator.bom import Document, Extracted, components
from entrepot.configurator.compile import Compiled, compile_model, option_title
from entrepot.configurator.complete import Repair, complete_cheapest, complete_nearest, complete_with_defaults, repairs
from entrepot.configurator.configure import (
    Session,
    choose_option,
    default_bom,
    extract_picks,
    find_session,
    finish,
    generate_bom,
    open_session,
    open_shared,
    retract_option,
    set_picks,
    start_over,
    undo,
)
from entrepot.configurator.explain import Reason
from entrepot.configurator.launch import Launch, ReadLaunch, check_return_url, read_launch, sign_launch
from entrepot.configurator.model import Model, OptionClass, Pick, say
from entrepot.configurator.outlook import Outlook, outlook
from entrepot.configurator.problems import (
    BomInvalid,
    BomTampered,
    ConfigurationIncomplete,
    ConfigurationNotFound,
    LaunchInvalid,
    LaunchUsed,
    ModelContradictory,
    ModelInvalid,
    ModelMovedOn,
    ModelNotFound,
    OptionExcluded,
    OtherModel,
    ReturnUrlNotAllowed,
    UnknownOption,
)
from entrepot.configurator.publish import Prepared, find_model, prepare, publish, publish_prepared
from entrepot.configurator.read import read_model
from entrepot.configurator.session import ShownClass, ShownValue, View, label, look, why_not
from entrepot.configurator.settle import Picks, State
from entrepot.configurator.starter import starter
from entrepot.configurator.tables import Configuration, StoredModel, VersionLine, find_lines, find_versions
from entrepot.configurator.workbench import (
    DiffLine,
    Listed,
    Survey,
    Told,
    check_next,
    compare,
    compare_versions,
    list_models,
    open_version,
    publish_next,
    survey,
    tell_rules,
)

__all__ = [
    "BomInvalid",
    "BomTampered",
    "Compiled",
    "Configuration",
    "ConfigurationIncomplete",
    "ConfigurationNotFound",
    "DiffLine",
    "Document",
    "Extracted",
    "Launch",
    "LaunchInvalid",
    "LaunchUsed",
    "Listed",
    "Model",
    "ModelContradictory",
    "ModelInvalid",
    "ModelMovedOn",
    "ModelNotFound",
    "OptionClass",
    "OptionExcluded",
    "OtherModel",
    "Outlook",
    "Pick",
    "Picks",
    "Prepared",
    "ReadLaunch",
    "Reason",
    "Repair",
    "ReturnUrlNotAllowed",
    "Session",
    "ShownClass",
    "ShownValue",
    "State",
    "StoredModel",
    "Survey",
    "Told",
    "UnknownOption",
    "VersionLine",
    "View",
    "check_next",
    "check_return_url",
    "choose_option",
    "compare",
    "compare_versions",
    "compile_model",
    "complete_cheapest",
    "complete_nearest",
    "complete_with_defaults",
    "components",
    "default_bom",
    "extract_picks",
    "find_lines",
    "find_model",
    "find_session",
    "find_versions",
    "finish",
    "generate_bom",
    "label",
    "list_models",
    "look",
    "open_session",
    "open_shared",
    "open_version",
    "option_title",
    "outlook",
    "prepare",
    "publish",
    "publish_next",
    "publish_prepared",
    "read_launch",
    "read_model",
    "repairs",
    "retract_option",
    "say",
    "set_picks",
    "sign_launch",
    "start_over",
    "starter",
    "survey",
    "tell_rules",
    "undo",
    "why_not",
]
