"""What is true of the columns of the project `market`, written by hand from its SQL; never computed.

Each line is a node and `uses | columns`: how it uses the column, and which of its own carry it; a star marks those that are computed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MARKET = Path(__file__).parent / "market"


@dataclass(frozen=True)
class Use:
    """How one node uses a column: some of the words of `lineage.USES`, and its own columns, True where the value is as it was."""

    uses: frozenset[str]
    columns: dict[str, bool]


def _uses(text: str) -> dict[str, Use]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, rest = line.partition(": ")
        uses, _, columns = rest.partition(" | ")
        names = [column.strip() for column in columns.split(",") if column.strip()]
        carried = {column.rstrip("*"): not column.endswith("*") for column in names}
        found[name] = Use(frozenset(use.strip() for use in uses.split(",")), carried)
    return found


# every column of stg_orders goes through these
_WHOLE = """
    int_active: passes on | {0}
    int_enriched: passes on | {0}
    int_replaced: passes on | {0}
    int_renamed: passes on | {0}
    int_joined_stars: passes on | {0}
    int_wide: reads | whole*
    orders_snapshot: passes on | {0}
"""
_STATUS = """
    int_active: passes on, filters | status
    int_enriched: passes on | status
    int_states: passes on | state
    int_phases: passes on | phase
    int_phases_again: passes on | phase
    int_only_filtered: filters
    int_only_filtered_late: filters
    int_by_position: passes on | label
    int_by_name: passes on | status
    int_stacked: passes on, unites | state
    int_latest: filters, windows
    int_exists: filters
    int_macro: filters
    int_loop: reads | amount_open*, amount_paid*
    int_counted: passes on, groups, orders | name
    int_without: reads
    int_replaced: reads | status*
    int_renamed: passes on | order_status
    int_pivoted: reads, groups | open_amount*, paid_amount*
    int_shouting: passes on | LOUD
    int_reused: passes on, reads, orders | s, loud*
    int_pattern: passes on, reads | status
    int_joined_stars: passes on | status
    int_wide: reads | whole*
    int_semi: joins
    int_unnamed_ref: passes on | hidden_status
    fct_orders: passes on, filters | order_status
    rpt_status: passes on, groups | order_status
    rpt_refunds: passes on | order_status
    rpt_phases: passes on, groups | phase
    rpt_labels: passes on | name
    rpt_renamed: passes on | order_status, amount_open*
    rpt_pivot: passes on | paid_amount*
    rpt_shadow: passes on | status
    rpt_both: passes on | order_state
    orders_snapshot: passes on | status
    largest_orders: passes on | status
    accepted_values_stg_orders_status__open__paid__cancelled: filters, groups
    not_null_stg_orders_status: filters
    is_lower_stg_orders_status: filters
    not_null_fct_orders_order_status: filters
    unique_rpt_status_order_status: filters, groups
    paid_orders_have_payments: filters
    orders_keep_their_status: reads
    labels_are_names: reads
    orders: reads, groups | state, open_orders*
    paid_revenue: filters
    open_orders: reads | open_orders*
    open_share: reads | open_share*
    revenue_by_state: groups
    shares: reads
    sales_dashboard: may read
    refunds_notebook: may read
"""

# by (node, column): every node that uses it
TRUTH: dict[tuple[str, str], dict[str, Use]] = {
    ("stg_orders", "status"): _uses(_STATUS),
    ("raw.orders", "status"): {
        **_uses(_STATUS),
        **_uses("stg_orders: passes on | status\nsource_not_null_raw_orders_status: filters"),
    },
    ("stg_orders", "amount"): {
        **_uses(_WHOLE.format("amount")),
        **_uses("""
            int_states: passes on | amount
            int_only_filtered: passes on | amount
            int_only_filtered_late: passes on | amount
            int_stacked: passes on, unites | amount
            int_in: passes on | amount
            int_scalar: reads | largest*
            int_loop: reads | amount_open*, amount_paid*
            int_without: passes on | amount
            int_pivoted: reads | open_amount*, paid_amount*
            int_unpivoted: passes on | how_much
            int_reused: passes on | amount
            int_first: passes on | amount
            int_window: reads | running*
            int_converted: reads | in_euros*
            int_lateral: reads | doubled*
            largest_orders: orders
            fct_orders: passes on | amount
            rpt_status: reads | amount*
            rpt_daily: passes on | amount
            rpt_renamed: passes on | amount_open*
            rpt_pivot: passes on | paid_amount*
            orders: reads | revenue
            revenue: reads | revenue*
            paid_revenue: reads | paid_revenue*
            open_share: reads | open_share*
            revenue_by_state: reads
            shares: reads
            orders_keep_their_status: reads
            sales_dashboard: may read
        """),
    },
    ("stg_orders", "customer_id"): {
        **_uses(_WHOLE.format("customer_id")),
        **_uses("""
            int_enriched: passes on, joins | customer_id
            int_latest: passes on, filters, windows | customer_id
            int_exists: filters
            int_scalar: filters
            int_loop: passes on, groups | customer_id
            int_without: passes on | customer_id
            int_pivoted: passes on, groups | customer_id
            int_shouting: passes on | Customer Id
            int_missing: filters
            int_first: groups, orders
            int_window: reads, windows | running*
            int_semi: joins
            fct_orders: passes on | customer_id
            rpt_renamed: joins
            rpt_pivot: passes on | customer_id
            relationships_stg_orders_customer_id__customer_id__ref_stg_customers_: joins, filters
            orders: joins | customer
        """),
    },
    ("stg_orders", "ordered_at"): {
        **_uses(_WHOLE.format("ordered_at")),
        **_uses("""
            int_latest: filters, windows
            int_without: passes on | ordered_at
            int_first: orders
            int_window: reads, windows | running*
            orders_snapshot: passes on, configures | ordered_at
            fct_orders: passes on, filters, configures | ordered_at
            rpt_daily: passes on, filters, configures | ordered_at
            not_null_stg_orders_status: filters
            orders: groups | ordered_at
            revenue_by_state: groups
        """),
    },
    ("stg_orders", "items"): {
        **_uses(_WHOLE.format("items")),
        **_uses("int_items: reads | sku*, quantity*\nint_without: passes on | items"),
    },
    ("stg_orders", "address"): {
        **_uses(_WHOLE.format("address")),
        **_uses("int_cities: reads | city*, postcode*\nint_without: passes on | address"),
    },
    ("stg_orders", "note"): {**_uses(_WHOLE.format("note")), **_uses("int_without: reads\nfct_orders: filters")},
    ("stg_orders", "currency"): {
        **_uses(_WHOLE.format("currency")),
        **_uses("int_converted: joins\nint_without: passes on | currency"),
    },
    ("stg_rates", "currency"): _uses("int_converted: passes on, joins | currency"),
    ("rates", "rate"): _uses("stg_rates: passes on | rate\nint_converted: reads | in_euros*"),
    ("countries", "status"): {},
    ("stg_payments", "status"): _uses("""
        int_paid: reads | last_status*
        int_by_name: passes on | status
        int_in: filters
        int_joined_stars: joins
        rpt_both: passes on | payment_state
        not_null_stg_payments_status: filters
    """),
    ("stg_payments", "method"): _uses("""
        int_by_position: passes on | label
        int_joined_stars: passes on | method
        rpt_labels: passes on | name
        labels_are_names: reads
    """),
    ("stg_products", "position"): _uses("int_tree: joins, filters"),
    ("stg_products", "group"): _uses("int_tree: passes on, joins | id"),
    ("raw.products", "order"): _uses("stg_products: passes on | position\nint_tree: joins, filters"),
    ("stg_refunds", "reason"): _uses("int_stacked: passes on | state\nrpt_refunds: filters"),
    ("stg_events", "kind"): _uses("int_kinds: passes on, groups | kind\nint_events_again: passes on, filters | kind"),
    ("raw.events", "payload"): _uses("stg_events: passes on | payload\nint_events_again: reads"),
    ("raw.visits", "ip_address"): _uses("stg_visits: reads"),
    ("raw.stock", "state"): _uses("stg_stock: reads | state*\nint_stock_states: passes on | state*"),
    ("stg_suppliers", "Status"): _uses(
        "int_supplier_states: passes on | supplier_status\nnot_null_stg_suppliers__Status_: filters"
    ),
    ("stg_customers", "customer_status"): _uses("""
        int_enriched: passes on | customer_status
        int_semi: passes on | customer_status
        dim_customers.v1: passes on | status
        dim_customers.v2: passes on | customer_status
        rpt_customers: passes on | customer_status
        rpt_customers_old: passes on | status
        rpt_history: passes on | customer_status
        customers_snapshot: passes on, configures | customer_status
    """),
    ("stg_customers", "customer_id"): _uses("""
        int_enriched: joins
        int_exists: passes on, filters | customer_id
        int_scalar: passes on, filters | customer_id
        int_missing: passes on, filters | customer_id
        int_semi: passes on, joins | customer_id
        int_visits_of_customers: joins
        dim_customers.v1: passes on | customer_id
        dim_customers.v2: passes on | customer_id
        rpt_customers: passes on | customer_id
        rpt_customers_old: passes on | customer_id
        rpt_history: passes on | customer_id
        customers_snapshot: passes on, configures | customer_id
        relationships_stg_orders_customer_id__customer_id__ref_stg_customers_: joins, filters
    """),
    ("dim_customers.v1", "status"): _uses("rpt_customers_old: passes on | status"),
    ("dim_customers", "customer_status"): _uses("rpt_customers: passes on | customer_status"),
    ("customers_snapshot", "dbt_valid_from"): _uses("rpt_history: passes on | dbt_valid_from"),
    ("int_states", "state"): _uses("""
        int_phases: passes on | phase
        int_phases_again: passes on | phase
        int_stacked: passes on, unites | state
        rpt_phases: passes on, groups | phase
        sales_dashboard: may read
    """),
    ("fct_orders", "order_id"): _uses("""
        fct_orders: configures
        rpt_refunds: passes on, joins | order_id
        rpt_daily: passes on | order_id
        unique_fct_orders_order_id: filters, groups
        orders: joins | order
        shares: groups
        refunds_notebook: may read
    """),
    ("fct_orders", "ordered_at"): _uses("""
        fct_orders: filters, configures
        rpt_daily: passes on, filters, configures | ordered_at
        orders: groups | ordered_at
        revenue_by_state: groups
    """),
}

# what may use any column of stg_orders, because it could not be read, or lies below what could not
POSSIBLE = frozenset({"int_python", "int_below_python", "int_unfinished", "int_below_unfinished", "int_refused"})
UNREAD = frozenset({"int_python", "int_unfinished", "int_refused"})
