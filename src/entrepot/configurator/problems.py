"""What goes wrong in the configurator, as sentences."""

from entrepot.kernel.errors import Conflict, Invalid, NotFound, Refused
from entrepot.kernel.words import mark


class ModelInvalid(Invalid):
    code = "MODEL_INVALID"
    message = "{file}:{line}: {problem} {remedy}"


class ModelContradictory(Refused):
    code = "MODEL_CONTRADICTORY"
    message = "Nothing satisfies all rules of this model. These contradict each other: {rules}."


class ModelMovedOn(Conflict):
    code = "MODEL_MOVED_ON"
    message = "Version {version} of {name} was published meanwhile. Open it, and bring your changes into its text."


class OtherModel(Refused):
    code = "OTHER_MODEL"
    message = "This text is of the model {given}, not of {name}. Correct its name, or publish it as a new model."


class WorkbenchBusy(Conflict):
    code = "WORKBENCH_BUSY"
    message = mark("Two other models are being compiled. Nothing was changed; try again in a minute.")


class ModelTooLarge(Refused):
    code = "MODEL_TOO_LARGE"
    message = "The model goes beyond a limit: {limit}. Split the rule or the table."


class CircuitUnreadable(Conflict):
    code = "CIRCUIT_UNREADABLE"
    message = "The compiled form of this model was written by another version. Publish the model again."


class ModelNotFound(NotFound):
    code = "MODEL_NOT_FOUND"
    message = "There is no published model {name}."


class ConfigurationNotFound(NotFound):
    code = "CONFIGURATION_NOT_FOUND"
    message = "This configuration does not exist any more. Start again from the product page."


class UnknownOption(Invalid):
    code = "UNKNOWN_OPTION"
    message = "{option} is not an option of this model."


class OptionExcluded(Refused):
    code = "OPTION_EXCLUDED"
    message = "{option} does not go together with your other choices."


class SearchUnfinished(Conflict):
    code = "SEARCH_UNFINISHED"
    message = mark("Whether this goes together is still being worked out. Try again, or choose something else first.")


class ConfigurationIncomplete(Refused):
    code = "CONFIGURATION_INCOMPLETE"
    message = "Something is still to be chosen: {classes}."


class ConfigurationFinished(Conflict):
    code = "CONFIGURATION_FINISHED"
    message = "This configuration is finished. Open it again to change it."


class ConfigurationMovedOn(Conflict):
    code = "CONFIGURATION_MOVED_ON"
    message = "This configuration was changed somewhere else meanwhile. Look at it again."


class PartOfAnotherKit(Refused):
    code = "PART_OF_ANOTHER_KIT"
    message = "This kit is part of another one and is ordered with it. Go back to that one to finish."


class LaunchInvalid(Refused):
    code = "LAUNCH_INVALID"
    message = "This link to the configurator is not valid or has expired. Go back to the product and start again."


class LaunchForged(LaunchInvalid):
    """Read by the shopper like any that is not valid; told apart in the log."""


class LaunchKeyNotGood(LaunchInvalid):
    """The same: nobody outside learns which keys there are."""


class LaunchExpired(LaunchInvalid):
    code = "LAUNCH_EXPIRED"
    message = mark("This link to the configurator has expired. Go back to the product and start again.")


class StoreNotOfShop(Refused):
    code = "STORE_NOT_OF_SHOP"
    message = mark("{shop} may not send shoppers here for the store {store}. Ask whoever runs this configurator to add it.")


class ShopGone(Refused):
    code = "SHOP_GONE"
    message = mark("The shop you came from does not work with this configurator at the moment. Your configuration is kept.")


class LaunchUsed(Refused):
    code = "LAUNCH_USED"
    message = "This link to the configurator was used already. Go back to the product and start again."


class ReturnUrlNotAllowed(Refused):
    code = "URL_NOT_ALLOWED"
    message = "The configurator may not return to {url}."


class BomTampered(Refused):
    code = "BOM_TAMPERED"
    message = "This bill of material was not written by this configurator, or was changed since. Configure the kit again."


class BomInvalid(Invalid):
    code = "BOM_INVALID"
    message = "{path}: {problem}"


class PartsDoNotFit(Refused):
    code = "PARTS_DO_NOT_FIT"
    message = "These parts are no configuration of {model}: {why}"


class CannotBeExpressed(Refused):
    code = "CANNOT_BE_EXPRESSED"
    message = "{file}:{line}: UVL cannot express {what}. Take it out of the model, or keep the model in YAML."


class SavedFull(Refused):
    code = "SAVED_FULL"
    message = mark("You keep {most} configurations already. Remove one that you no longer need, then save this one.")


class OtherKit(Refused):
    code = "OTHER_KIT"
    message = mark("These are configurations of two different kits, {left} and {right}. Choose two of the same kit.")


class TableNotFound(NotFound):
    code = "TABLE_NOT_FOUND"
    message = mark("This text has no rule {rule} with a table.")


class DraftMovedOn(Conflict):
    code = "DRAFT_MOVED_ON"
    message = mark("{author} saved this draft meanwhile. Open it again, and bring your changes into it.")
