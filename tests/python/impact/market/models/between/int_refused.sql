select {{ exceptions.raise_compiler_error('not on this target') if execute }} from {{ ref('stg_orders') }}
