def model(dbt, session):  # noqa: ARG001
    dbt.config(materialized="table")
    return dbt.ref("stg_orders")
