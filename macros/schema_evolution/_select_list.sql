{#- A model's code (in lower case) as words and punctuation, without texts and comments. Of Jinja's expressions our own call is 'our_own_call' and any other
    '{}'; what controls is '{%'. Nothing when quotes can't be told for certain. -#}
{% macro _sql_tokens(code, what, own) %}
  {%- set state = {'text': code, 'certain': '/*' not in code} -%}
  {%- for open, close, word in [['{' ~ '#', '#' ~ '}', ''], ['{' ~ '%', '%' ~ '}', '{%'], ['{' ~ '{', '}' ~ '}', none]] -%}
    {%- set pieces = state.text.split(open) -%}
    {%- set kept = [pieces[0]] -%}
    {%- for piece in pieces[1:] -%}
      {%- set inside = piece.split(close)[0] -%}
      {%- do kept.append(' ' ~ (('our_own_call' if dbt_playbooks._is_call(inside, what, own) else '{}') if word is none else word) ~ ' ') -%}
      {%- do kept.append(piece[(inside | length + close | length):]) -%}
    {%- endfor -%}
    {%- do state.update(text=kept | join) -%}
  {%- endfor -%}
  {%- set lines, outside, names = [], [], [] -%}
  {%- for line in state.text.split('\n') -%}
    {%- set shown = line.split('--')[0] -%}
    {%- do lines.append(shown) -%}
    {%- if '#' in shown or (shown != line and shown.split("'") | length is even) -%}
      {%- do state.update(certain=false) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for piece in (lines | join(' ')).split("'") -%}
    {%- do outside.append(piece | replace('`', '"') if loop.index is odd else "''") -%}
  {%- endfor -%}
  {%- for piece in (outside | join(' ')).split('"') -%}
    {%- do names.append(dbt_playbooks._one_token(piece) if loop.index is even else piece) -%}
  {%- endfor -%}
  {%- set spaced = names | join('"') | replace('(', ' ( ') | replace(')', ' ) ') | replace(',', ' , ') -%}
  {{ return(spaced.split() if state.certain else []) }}
{% endmacro %}

{#- A name in quotes as one word: what parts words elsewhere is a part of it. -#}
{% macro _one_token(name) %}
  {{ return(name | replace(' ', '_') | replace(',', '_') | replace('(', '_') | replace(')', '_') | replace('.', '_')) }}
{% endmacro %}

{#- Whether an expression is the call of a macro with a column's name, as a text. -#}
{% macro _is_call(expression, what, own) %}
  {%- set arguments = (expression.split(what ~ '(')[1:] | join) | replace(' ', '') | replace('\n', '') | replace('"', "'") -%}
  {%- set name = "'" ~ own | replace(' ', '') ~ "'" -%}
  {{ return(arguments.startswith(name) or '=' ~ name in arguments or (what == 'added_column' and ',' ~ name in arguments)) }}
{% endmacro %}

{#- The select lists that hold our own call and nothing that controls: lists of items, which are lists of words; what stands in parentheses is '()'. -#}
{% macro _select_lists(tokens) %}
  {%- set found, open, state = [], {}, {'depth': 0, 'before': ''} -%}
  {%- for token in tokens + [')'] -%}
    {%- set here = open.get(state.depth) -%}
    {%- if token == 'select' -%}
      {%- do open.update({state.depth: {'items': [[]], 'ours': false, 'certain': true}}) -%}
    {%- elif token == '(' -%}
      {%- if here -%}
        {%- do here['items'][-1].append('()') -%}
      {%- endif -%}
      {%- do state.update(depth=state.depth + 1) -%}
      {%- do open.update({state.depth: none}) -%}
    {%- elif token == ')' or (token == 'from' and state.before != 'distinct') -%}
      {%- if here and here.ours and here.certain -%}
        {%- do found.append(here['items']) -%}
      {%- endif -%}
      {%- do open.update({state.depth: none}) -%}
      {%- do state.update(depth=state.depth - 1 if token == ')' else state.depth) -%}
    {%- elif here and token == ',' -%}
      {%- do here['items'].append([]) -%}
    {%- elif here and token in ('our_own_call', '{%') -%}
      {%- do here.update({'ours': here.ours or token == 'our_own_call', 'certain': here.certain and token != '{%'}) -%}
    {%- elif here and (token not in ('distinct', 'all') or here['items'] != [[]]) -%}
      {%- do here['items'][-1].append(token) -%}
    {%- endif -%}
    {%- do state.update(before=token) -%}
  {%- endfor -%}
  {%- set filled = [] -%}
  {%- for items in found -%}
    {%- set kept = [] -%}
    {%- for item in items if item -%}
      {%- do kept.append(item) -%}
    {%- endfor -%}
    {%- do filled.append(kept) -%}
  {%- endfor -%}
  {{ return(filled) }}
{% endmacro %}
