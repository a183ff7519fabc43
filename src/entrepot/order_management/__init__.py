"""Order management: what there is, what was ordered, where it ships from, how it is paid.

Four contexts, lower ones knowing nothing of upper ones: ``fulfillment | payments > orders > inventory``. From outside, use
the contexts' own packages, or `verbs.invoke` with documents under their wire names; `agent.run_due` does the work that goes
on by itself; `order_page.order_page` reads everything a page shows. It speaks to other systems only through its outbox.
"""
