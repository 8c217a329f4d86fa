"""The one list of BigQuery's functions, by the page of its documentation that has each. All others of the analyzer are refused.

`cast`, `extract` and the like are in it too, although the grammar knows them: it is the documentation's own list (functions-all).
"""

from __future__ import annotations

from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.features import PAGES

_BY_PAGE = {
    "bqml-introduction": """
        ml.advanced_weights ml.annotate_image ml.arima_coefficients ml.arima_evaluate ml.bag_of_words ml.bucketize ml.centroids ml.confusion_matrix
        ml.convert_color_space ml.convert_image_type ml.correlation ml.decode_image ml.describe_data ml.detect_anomalies ml.detect_change_points
        ml.distance ml.entity_features_at_time ml.evaluate ml.explain_forecast ml.explain_predict ml.feature_cross ml.feature_importance ml.feature_info
        ml.features_at_time ml.forecast ml.generate_embedding ml.generate_text ml.generate_text_embedding ml.get_insights
        ml.global_explain ml.hash_bucketize ml.holiday_info ml.imputer ml.label_encoder ml.lp_norm ml.max_abs_scaler ml.min_max_scaler
        ml.multi_hot_encoder ml.ngrams ml.normalizer ml.one_hot_encoder ml.polynomial_expand ml.predict ml.principal_component_info
        ml.principal_components ml.process_document ml.quantile_bucketize ml.recommend ml.reconstruction_loss ml.resize_image ml.robust_scaler
        ml.roc_curve ml.seasonality ml.standard_scaler ml.tf_idf ml.tfdv_describe ml.tfdv_validate ml.training_info ml.transcribe ml.transform
        ml.translate ml.trend ml.trial_info ml.understand_text ml.validate_data_drift ml.validate_data_skew ml.weights
    """,
    "generative-ai-overview": """
        ai.agg ai.classify ai.count_tokens ai.detect_anomalies ai.embed ai.evaluate ai.forecast ai.generate ai.generate_bool ai.generate_double
        ai.generate_embedding ai.generate_int ai.generate_table ai.generate_text ai.if ai.key_drivers ai.score ai.search ai.similarity
    """,
    "reference/standard-sql/aead_encryption_functions": """
        aead.decrypt_bytes aead.decrypt_string aead.encrypt deterministic_decrypt_bytes deterministic_decrypt_string deterministic_encrypt
        keys.add_key_from_raw_bytes keys.keyset_chain keys.keyset_from_json keys.keyset_length keys.keyset_to_json keys.new_keyset
        keys.new_wrapped_keyset keys.rewrap_keyset keys.rotate_keyset keys.rotate_wrapped_keyset
    """,
    "reference/standard-sql/aggregate_functions": """
        agg any_value array_agg array_concat_agg avg bit_and bit_or bit_xor count countif grouping logical_and logical_or max max_by min min_by
        string_agg sum
    """,
    "reference/standard-sql/approximate_aggregate_functions": "approx_count_distinct approx_quantiles approx_top_count approx_top_sum",
    "reference/standard-sql/array_functions": """
        array array_concat array_first array_last array_length array_reverse array_slice array_to_string generate_array generate_date_array
        generate_timestamp_array
    """,
    "reference/standard-sql/bit_functions": "bit_count",
    "reference/standard-sql/conditional_expressions": "coalesce if ifnull nullif",
    "reference/standard-sql/conversion_functions": "cast parse_bignumeric parse_numeric safe_cast",
    "reference/standard-sql/date_functions": """
        current_date date date_add date_diff date_from_unix_date date_sub date_trunc format_date parse_date unix_date
    """,
    "reference/standard-sql/datetime_functions": """
        current_datetime datetime datetime_add datetime_diff datetime_sub datetime_trunc format_datetime last_day parse_datetime
    """,
    "reference/standard-sql/debugging_functions": "error",
    "reference/standard-sql/dlp_functions": "dlp_deterministic_decrypt dlp_deterministic_encrypt dlp_key_chain",
    "reference/standard-sql/federated_query_functions": "external_query",
    "reference/standard-sql/geography_functions": """
        s2_cellidfrompoint s2_coveringcellids st_angle st_area st_asbinary st_asgeojson st_astext st_azimuth st_boundary st_boundingbox st_buffer
        st_bufferwithtolerance st_centroid st_centroid_agg st_closestpoint st_clusterdbscan st_contains st_convexhull st_coveredby st_covers
        st_difference st_dimension st_disjoint st_distance st_dump st_dwithin st_endpoint st_equals st_extent st_exteriorring st_geogfrom
        st_geogfromgeojson st_geogfromtext st_geogfromwkb st_geogpoint st_geogpointfromgeohash st_geohash st_geometrytype st_hausdorffdistance
        st_hausdorffdwithin st_interiorrings st_intersection st_intersects st_intersectsbox st_isclosed st_iscollection st_isempty st_isring st_length
        st_lineinterpolatepoint st_linelocatepoint st_linesubstring st_makeline st_makepolygon st_makepolygonoriented st_maxdistance st_npoints
        st_numgeometries st_numpoints st_perimeter st_pointn st_regionstats st_simplify st_snaptogrid st_startpoint st_touches st_union st_union_agg
        st_within st_x st_y
    """,
    "reference/standard-sql/graph-gql-functions": """
        destination_node_id edges element_id labels nodes path_first path_last path_length source_node_id
    """,
    "reference/standard-sql/graph-sql-queries": "graph_expand",
    "reference/standard-sql/hash_functions": "farm_fingerprint md5 sha1 sha256 sha512",
    "reference/standard-sql/hll_functions": "hll_count.extract hll_count.init hll_count.merge hll_count.merge_partial",
    "reference/standard-sql/interval_functions": "justify_days justify_hours justify_interval make_interval",
    "reference/standard-sql/json_functions": """
        bool float64 int64 json_array json_array_append json_array_insert json_extract json_extract_array json_extract_scalar json_extract_string_array
        json_flatten json_keys json_object json_query json_query_array json_remove json_set json_strip_nulls json_type json_value json_value_array
        lax_bool lax_float64 lax_int64 lax_string parse_json to_json to_json_string
    """,
    "reference/standard-sql/kll_functions": """
        kll_quantiles.extract_float64 kll_quantiles.extract_int64 kll_quantiles.extract_point_float64 kll_quantiles.extract_point_int64
        kll_quantiles.init_float64 kll_quantiles.init_int64 kll_quantiles.merge_float64 kll_quantiles.merge_int64 kll_quantiles.merge_partial
        kll_quantiles.merge_point_float64 kll_quantiles.merge_point_int64
    """,
    "reference/standard-sql/mathematical_functions": """
        abs acos acosh asin asinh atan atan2 atanh cbrt ceil ceiling cos cosh cosine_distance cot coth csc csch div euclidean_distance exp floor
        greatest ieee_divide is_inf is_nan least ln log log10 mod pow power rand range_bucket round safe_add safe_divide safe_multiply safe_negate
        safe_subtract sec sech sign sin sinh sqrt tan tanh trunc
    """,
    "reference/standard-sql/navigation_functions": "first_value lag last_value lead nth_value percentile_cont percentile_disc",
    "reference/standard-sql/net_functions": """
        net.host net.ip_from_string net.ip_net_mask net.ip_to_string net.ip_trunc net.ipv4_from_int64 net.ipv4_to_int64 net.public_suffix net.reg_domain
        net.safe_ip_from_string
    """,
    "reference/standard-sql/numbering_functions": "cume_dist dense_rank ntile percent_rank rank row_number",
    "reference/standard-sql/objectref_functions": "obj.fetch_metadata obj.get_access_url obj.get_read_url obj.make_ref",
    "reference/standard-sql/query-syntax": "classifier first last match_number match_row_number next prev",
    "reference/standard-sql/range-functions": """
        generate_range_array range range_contains range_end range_intersect range_overlaps range_sessionize range_start
    """,
    "reference/standard-sql/search_functions": "search vector_search",
    "reference/standard-sql/security_functions": "session_user",
    "reference/standard-sql/statistical_aggregate_functions": """
        corr covar_pop covar_samp stddev stddev_pop stddev_samp var_pop var_samp variance
    """,
    "reference/standard-sql/string_functions": """
        ascii byte_length char_length character_length chr code_points_to_bytes code_points_to_string collate concat contains_substr edit_distance
        ends_with format from_base32 from_base64 from_hex initcap instr left length lower lpad ltrim normalize normalize_and_casefold octet_length
        regexp_contains regexp_extract regexp_extract_all regexp_instr regexp_replace regexp_substr repeat replace reverse right rpad rtrim
        safe_convert_bytes_to_string soundex split starts_with strpos substr substring to_base32 to_base64 to_code_points to_hex translate trim unicode
        upper
    """,
    "reference/standard-sql/table-functions-built-in": "external_object_transform",
    "reference/standard-sql/text-analysis-functions": "bag_of_words text_analyze tf_idf",
    "reference/standard-sql/time-series-functions": "appends changes date_bucket datetime_bucket gap_fill timestamp_bucket",
    "reference/standard-sql/time_functions": "current_time format_time parse_time time time_add time_diff time_sub time_trunc",
    "reference/standard-sql/timestamp_functions": """
        current_timestamp extract format_timestamp parse_timestamp string timestamp timestamp_add timestamp_diff timestamp_micros timestamp_millis
        timestamp_seconds timestamp_sub timestamp_trunc unix_micros unix_millis unix_seconds
    """,
    "reference/standard-sql/utility-functions": "generate_uuid typeof",
    "reference/standard-sql/vectorindex_functions": "vector_index.statistics",
}

FUNCTIONS: dict[str, str] = {name: PAGES + page for page, names in _BY_PAGE.items() for name in names.split()}
"""The page of each function, by its name in lower case."""

_IN_FROM = """
    appends changes external_object_transform external_query gap_fill graph_expand range_sessionize vector_index.statistics vector_search
    ai.detect_anomalies ai.evaluate ai.forecast ai.generate_embedding ai.generate_table ai.generate_text ai.key_drivers ai.search
    ml.advanced_weights ml.annotate_image ml.arima_coefficients ml.arima_evaluate ml.centroids ml.confusion_matrix ml.correlation ml.describe_data
    ml.detect_anomalies ml.detect_change_points ml.entity_features_at_time ml.evaluate ml.explain_forecast ml.explain_predict ml.feature_importance
    ml.feature_info ml.features_at_time ml.forecast ml.generate_embedding ml.generate_text ml.generate_text_embedding ml.get_insights
    ml.global_explain ml.holiday_info ml.predict ml.principal_component_info ml.principal_components ml.process_document ml.recommend
    ml.reconstruction_loss ml.roc_curve ml.seasonality ml.tfdv_describe ml.training_info ml.transcribe ml.transform ml.translate ml.trend ml.trial_info
    ml.understand_text ml.validate_data_drift ml.validate_data_skew ml.weights
"""
TABLE_FUNCTIONS = frozenset(_IN_FROM.split())
"""Those that stand in FROM, by the syntax on their pages; all others stand where a value does."""

NAMESPACES = frozenset({name.split(".")[0] for name in FUNCTIONS if "." in name} | {"bq", "safe"})
"""What BigQuery's functions have before their name: a function that has anything else there is one of a dataset."""


def foreign(language: Any) -> list[Any]:
    """Those of the analyzer's functions that BigQuery does not have, as the analyzer numbers them: it is told to leave them out."""
    from zetasql.core.local_service import ZetaSqlLocalService
    from zetasql.types import FunctionSignatureId

    known = {int(each): each for each in FunctionSignatureId}
    found = ZetaSqlLocalService.get_instance().get_builtin_functions(language_options=language)
    return [
        known[signature.context_id]
        for function in found.function
        if not _is_bigquerys(".".join(function.name_path).lower(), function.options.alias_name)
        for signature in function.signature
        if signature.context_id in known
    ]


def _is_bigquerys(name: str, alias: str | None) -> bool:
    # `$` begins the names of operators
    return name.startswith("$") or name in FUNCTIONS or (alias or "").lower() in FUNCTIONS
