"""Cases of the law: one or two models, what they read, and a way to fill them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from law.shapes import OVER_ITSELF, SHAPES, SPELLINGS, Shape
from law.source import COLUMN, Source

NAME = "filled"
RANGES = {
    "weeks": ("2024-01-10", "2024-02-20"),
    "days": ("2024-01-29", "2024-02-04"),
    "months": ("2024-01-01", "2024-02-29"),
    "hours": ("2024-01-31", "2024-02-01"),
}
FUNCTIONS = ("pre_hook", "sql_header", "on_run_start")
_END = "end_changes_it"
PROJECTS = {
    _END: f"on-run-end: ['update main.{NAME} set amount = amount + 1 where amount is not null']\n",
    "quoting_off": "quoting: {database: false, schema: false, identifier: false}\n",
    "project_vars": "vars: {start_date: '20230101', end_date: 7}\n",
}
"""What is written in dbt_project.yml."""
_KEPT = {
    "hook_keeps_what_it_wrote": "insert into main.written select id from {{ this }}",
    "macro_keeps_what_it_wrote": "{{ law_kept(this) }}",
    "query_keeps_what_it_wrote": "{{ law_kept_at_once(this) }}",
    "branch_keeps_what_it_wrote": "{% if is_incremental() %}insert into main.writ{{ 'ten' }} select id from {{ this }}{% endif %}",
}
"""Hooks that write what the model reads, each spelled in another way."""
_ITSELF = {
    "macro_changes_itself": "{{ law_changed(this) }}",
    "query_changes_itself": "{% do run_query('update ' ~ this ~ ' set amount = amount + 1') %}",
    "macro_hides_the_window": "{{ law_cleared(this, modules.datetime.datetime.now()) }}",
}
MACROS = """
{% macro law_kept(table) %}insert into main.written select id from {{ table }}{% endmacro %}
{% macro law_kept_at_once(table) %}{% do run_query(law_kept(table)) %}{% endmacro %}
{% macro law_changed(table) %}{% if var('never', true) %}update {{ table }} set amount = amount + 1{% endif %}{% endmacro %}
{% macro law_cleared(table, now) %}
{% set day = var('dbt_playbooks_' ~ 'start_date', '2024-01-01') %}delete from {{ table }} where id % 3 = {{ day[-1:] | int % 3 }} /* {{ now }} */
{% endmacro %}
"""
_VARIABLES = {
    "two_hooks_keep_what_it_reads": "set variable law_hooked = (select count(*) from main.written)",
    "hook_of_the_first_run": "set variable law_hooked = {{ 1 if is_incremental() else 0 }}",
}
"""Hooks before it that set a variable, which it reads."""
FEEDS = ("hook_makes_what_it_reads", "pre_hook_deletes", "hook_takes_a_sample", *_KEPT, *_ITSELF, *_VARIABLES, _END)
EXTRAS = (
    *FUNCTIONS,
    *(name for name in PROJECTS if name != _END),
    "hooks_count",
    "post_hook_deletes",
    "versions",
    "other_vars",
    "new_column",
    *FEEDS,
)
MERGED = {"merge_update_columns": ["amount"], "merge_exclude_columns": ["customer_id"]}
AMOUNTS = {
    **{name: f"law_{name}(e.amount)" for name in FUNCTIONS},
    # right while the var means what the project says
    "project_vars": "e.amount + {{ var('start_date') | int - 20230101 }}",
    "other_vars": "e.amount * {{ var('factor', 1) }}",
    "new_column": "e.amount * 2 as added, e.amount",
    FEEDS[0]: "e.amount + (select count(*) from main.of_the_window)",
    **dict.fromkeys(_KEPT, "e.amount + (select count(*) from main.written)"),
    **dict.fromkeys(_ITSELF, "e.amount"),
    **dict.fromkeys(_VARIABLES, "e.amount + getvariable('law_hooked')"),
    FEEDS[1]: "e.amount",
    FEEDS[2]: "e.amount + (select count(*) from main.of_the_window where id < 50)",
    _END: "e.amount",
}


@dataclass(frozen=True)
class Model:
    """A model as its author wrote it."""

    shape: str
    strategy: str = "delete+insert"
    key: tuple[str, ...] = ()
    """Empty: what tells its rows apart."""
    kind: str = "date"
    batch_size: str = "day"
    extra: str = ""
    spelling: str = "this"
    name: str = NAME

    @property
    def of(self) -> Shape:
        return SHAPES[self.shape]

    @property
    def column(self) -> str:
        return COLUMN[self.kind]

    @property
    def table(self) -> str:
        return f"{self.name}_v2" if self.extra == "versions" else self.name

    @property
    def selected(self) -> str:
        return f"{self.name}.v2" if self.extra == "versions" else self.name

    @property
    def is_microbatch(self) -> bool:
        return self.strategy == "microbatch"

    def files(self) -> dict[str, str]:
        """What stands under `models/`."""
        if self.extra != "versions":
            return {f"{self.name}.sql": self.sql()}
        versions = f"models:\n  - name: {self.name}\n    latest_version: 2\n    versions: [{{v: 1}}, {{v: 2}}]\n"
        other = "select 1 as id, {{ dbt_playbooks.backfill_filter('day') }} as inside from (select date '2024-01-01' as day)"
        return {f"{self.name}.yml": versions, f"{self.name}_v1.sql": other, f"{self.name}_v2.sql": self.sql()}

    def sql(self) -> str:
        head = "{{ config(" + ", ".join(self._config()) + ") }}\n"
        if self.extra == "sql_header":
            head += "{% call set_sql_header(config) %}\ncreate or replace temp macro law_sql_header(x) as x / 2;\n{% endcall %}\n"
        return head + self._filled(self.of.sql) + "\n"

    def _config(self) -> list[str]:
        settings: dict[str, object] = {"materialized": "incremental", "incremental_strategy": self.strategy}
        if self.is_microbatch:
            settings |= {"event_time": self.column, "batch_size": self.batch_size, "begin": "2024-01-01"}
        else:
            key = [self._filled(name) for name in self.key or self.of.key]
            settings["unique_key"] = key if len(key) > 1 else key[0]
            if "<f" not in self.of.sql:
                settings["event_time"] = self.column
        if self.extra == "new_column":
            settings["on_schema_change"] = "append_new_columns"
        if self.extra in MERGED:
            settings[self.extra] = MERGED[self.extra]
        dated = self._filled("<d>")
        hooks = {
            "pre_hook": {"pre_hook": "create or replace macro law_pre_hook(x) as x / 2"},
            "hooks_count": {
                "pre_hook": "insert into hook_log values ('before')",
                "post_hook": "insert into hook_log values ('after')",
            },
            "post_hook_deletes": {"post_hook": f"delete from {{{{ this }}}} where {dated} is not null and amount < 0"},
            FEEDS[2]: {
                "pre_hook": f"create or replace table main.of_the_window as select id from {self._filled('<events>')} using sample 20 rows"
            },
            FEEDS[1]: {"pre_hook": "{% if is_incremental() %}delete from {{ this }} where amount < 0{% endif %}"},
            FEEDS[0]: {
                "pre_hook": f"create or replace table main.of_the_window as select id from {self._filled('<events>')} where {self._filled('<f>')}"
            },
            **{
                name: {"pre_hook": "create table if not exists main.written (id integer)", "post_hook": hook}
                for name, hook in _KEPT.items()
            },
            **{name: {"post_hook": hook} for name, hook in _ITSELF.items()},
            **{
                name: {
                    "pre_hook": ["create table if not exists main.written (id integer)", hook],
                    "post_hook": "insert into main.written select id from {{ this }}",
                }
                for name, hook in _VARIABLES.items()
            },
        }.get(self.extra, {})
        return [f"{name}={value!r}" for name, value in settings.items()] + [
            f"{name}={sql}" if isinstance(sql, list) else f'{name}="{sql}"' for name, sql in hooks.items()
        ]

    def _filled(self, text: str) -> str:
        return re.sub(r"<([a-z]+(?: [a-z]+)*)>", lambda hole: self._hole(hole[1]), text)

    def _hole(self, words: str) -> str:
        if words in ("events", "payments", "customers", "all events"):
            table = words.split()[-1]
            source = f"source('raw', '{table if table == 'customers' else f'{table}_by_{self.kind}'}')"
            return "{{ " + source + (".render()" if words.startswith("all") else "") + " }}"
        if words.startswith(("parent", "all parent", "between")):
            parent = f"ref('{NAME}')" if words.endswith("parent") else "ref('between')"
            return "{{ " + parent + (".render()" if words.startswith("all") else "") + " }}"
        if words == "amount":
            return AMOUNTS.get(self.extra, "e.amount")
        if words == "self":
            return SPELLINGS[self.spelling]
        if words == "d":
            return self.column
        if words == "d shifted":
            return f"{self.column} + interval 40 day" if self.kind != "date" else f"{self.column} + 40"
        name, _, alias = words.replace("day before", "before").partition(" ")
        column = f"{alias}.{self.column}" if alias else self.column
        if name == "f":
            data_type = "" if self.kind == "date" else f", data_type='{self.kind}'"
            return (
                "true"
                if self.is_microbatch
                else "{{ dbt_playbooks.backfill_filter('" + column + "'" + data_type + ") }}"
            )
        if name == "day":
            return f"date_trunc('day', {column})" if self.kind in ("timestamp", "timestamptz") else column
        instant = {
            "integer": f"strptime(cast({column} as varchar), '%Y%m%d')",
            "text": f"strptime({column}, '%Y-%m-%d')",
        }.get(self.kind, column)
        return f"cast({instant} as date)" + (" - 1" if name == "before" else "")


@dataclass(frozen=True)
class Way:
    """How a range is filled. `chunk`: none for the default."""

    scheme: str = "once"
    chunk: str | None = None
    then: str | None = None
    """The size of the chunks when the range is filled another time."""
    reverse: bool = False
    threads: int = 1
    period: str = "weeks"
    after: int = 1
    """A kill comes after so many chunks began, and `delay` milliseconds."""
    delay: int = 0
    begins: str = "nothing"
    """What the table holds before: nothing, `days before` the range, or `older rows` of the range; dbt made it."""

    @property
    def start(self) -> str:
        return RANGES[self.period][0]

    @property
    def end(self) -> str:
        return RANGES[self.period][1]


@dataclass(frozen=True)
class Case:
    model: Model
    source: Source = field(default_factory=Source)
    way: Way = field(default_factory=Way)
    child: str = ""
    """The shape of a model that reads the model, and is filled together with it."""

    @property
    def models(self) -> tuple[Model, ...]:
        plain = {"key": (), "extra": "", "spelling": "this", "name": "child"}
        return (self.model, *([replace(self.model, shape=self.child, **plain)] if self.child else []))  # type: ignore[arg-type]

    @property
    def between(self) -> str:
        """How the model between the two is materialized, if there is one. It is not selected."""
        found = re.search("<between ([a-z]+)>", SHAPES[self.child].sql) if self.child else None
        return found[1] if found else ""

    @property
    def project(self) -> str:
        return self.model.extra if self.model.extra in PROJECTS else ""

    def files(self, older: bool = False) -> dict[str, str]:
        """What stands under `models/`; `older`: what stood there when the table was begun."""
        models = [replace(model, extra="") if older and model.extra == "new_column" else model for model in self.models]
        files = {name: text for model in models for name, text in model.files().items()}
        if self.between:
            version = ", v=2" if self.model.extra == "versions" else ""
            read = f"select * from {{{{ ref('{NAME}'{version}) }}}}"
            files["between.sql"] = f"{{{{ config(materialized='{self.between}') }}}}\n{read}\n"
        return files

    @property
    def over_itself(self) -> bool:
        return self.model.spelling in OVER_ITSELF

    @property
    def about(self) -> str:
        """What is unusual about its models, in some words."""
        model = self.model
        words = [model.strategy, model.shape, f"key {'+'.join(model.key)}" if model.key else ""]
        words += [model.kind if model.kind in ("integer", "text") else "", model.extra, self.child]
        words += [f"itself as {model.spelling}" if model.spelling != "this" else ""]
        return ", ".join(word for word in words if word)

    @property
    def must_be_done(self) -> bool:
        """Whether a command that refuses it, or whose chunks fail, is wrong: a product that says no to everything holds the law, too."""
        model, way = self.model, self.way
        if (
            way.scheme in ("changed", "moved")
            or way.begins == "older rows"
            or model.extra in FEEDS
            or (self.child and model.extra == "post_hook_deletes")
            or (self.child and not SHAPES[self.child].plain)
        ):
            return False
        if model.is_microbatch:
            sizes = {size for size in (way.chunk, way.then if way.scheme == "twice" else None) if size}
            # no chunk is an hour, so what is of a day may be refused there
            plain = (model.of.plain and not (model.batch_size == "hour" and "day" in model.shape)) or (
                model.shape == "a row a batch" and model.batch_size != "hour"
            )
            return plain and sizes <= {model.batch_size}
        unique = model.key in ((), ("id", "<d>")) and not (self.source.repeated and "id" in model.of.key)
        return model.of.plain and unique
