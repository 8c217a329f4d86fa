-- {cut}: rows of the window; {f}: its filter; {by x}, {at x}: a filter on another date or moment. One query a line.
select *, sum(amount) over (order by event_date) from ev where {f}
select distinct cust from ev where {f}
select cust from ev where {f} union all select cust from dim
select * from dim left join ({cut}) as c on dim.cust = c.cust
select * from dim semi join ({cut}) as c using (cust)
select * from ({cut}) as c full join dim using (cust)
select date_trunc('month', event_date) as m, count(*) from ev where {f} group by 1
select event_date, count(*) from ev where {f} group by rollup (event_date)
select last_of(amount) from ev where {f}
{cut} or cust = 1
select * from ev where event_date between date '<first>' and date '<after>'
select * from ev where event_date >= date '<first>' - 7 and event_date < date '<after>'
{cut} order by id limit 3
select max(id) as id, id + 1 as cust from (select max(id) as id from ev where {f}) group by all
select last_of(id) as top, top + 1 as next from ev where {f}
with a as ({cut}), b as ({cut}) select b.event_date, count(*) from a left join b on a.event_date = b.event_date and a.id < b.id group by b.event_date
select event_date from dim except select event_date from ev where {f}
select ev.id, d.grp from ev left join dim as d on d.cust = ev.cust and {by d.event_date}
select date_trunc('day', moved) as day, count(*) from (select event_ts, event_ts + interval 5 hour as moved from ev where {at event_ts}) group by 1
select event_date, id, row_number() over (partition by 1 order by id) as n from ev where {f}
select distinct on (cust) event_date, cust from ev where {f} order by cust, event_date
select date_trunc('month', event_date) as event_date, count(*) n from ev where {f} group by all
select distinct date_trunc('month', event_date) as event_date from ev where {f}
select distinct on (event_date) date_trunc('month', event_date) as event_date, 1 as x from ev where {f}
with c(event_date, d) as (select cust, event_date from ev where {f}) select event_date, max(d) as d from c group by event_date
with c as ({cut}) select a.event_date, a.id, b.id from c a join dim d on a.cust=d.cust join c b on b.event_date = d.event_date
with c as ({cut}), s as (select * from ev where {by ship_date}) select a.id, b.id, a.event_date from c a join s b on a.event_date = b.event_date
with c as ({cut}) select a.id, b.id as j, a.event_date from c a join c b on a.event_date = a.event_date and a.cust=b.cust
with a as ({cut}), b as (select * from ev where {by (event_date + 1)}) select a.id, b.id j, a.event_date from a join b on a.event_date=b.event_date
with a as ({cut}), b as (select * from ev where {by (event_date + 1)}) select a.id, b.id j, a.event_date from a left join b on a.event_date=b.event_date and a.cust=b.cust
select event_date, cust from ev where {f} union select event_date, cust from ev where {by (event_date + 1)}
select event_date, count(*) from (select event_date, cust from ev where {f} union all select event_date, cust from ev where {by (event_date + 1)}) group by 1
with c as ({cut}) select a.id, a.event_date, d.grp from c a left join dim d on d.cust=a.cust and d.cust in (select cust from c where amount > 5)
with c as ({cut}) select a.id, a.event_date, l.n from c a, lateral (select count(*) as n from c b where b.cust = a.cust) l
with c as ({cut}) select a.id, a.event_date, l.n from c a cross join lateral (select count(*) as n from c b where b.cust = a.cust) l
with c as ({cut}) select a.id, a.event_date, l.n from c a left join lateral (select count(*) as n from c b where b.cust = a.cust) l on true
with c as ({cut}) select a.id, a.event_date, l.n from c a, (select count(*) as n from c b where b.cust = a.cust) l
with c as ({cut}) select a.event_date, a.id, u from c a, unnest((select list(distinct cust order by cust) from c)) as t(u)
with c as ({cut}) select a.id, b.id j, a.event_date from (c a join c b on a.cust = b.cust)
with c as ({cut}) select a.id, b.id j, a.event_date from (c as a join c as b on a.cust = b.cust and a.id < b.id) join dim d on d.cust=a.cust
select * from ((select id, event_date, cust from ev where {f}) a join (select id as j, cust as k from ev where {f}) b on a.cust=b.k)
with c as ({cut}) select a.id, b.id j, a.event_date from dim d join (c a join c b on a.cust = b.cust) on d.cust = a.cust
with c as (select cust, date_trunc('month', event_date) m from ev where {f}) select distinct * from c
with c as ({cut}) select distinct * exclude (event_date, id, event_ts, ship_date, amount) from c
select distinct * exclude (event_date, id, event_ts, ship_date, amount) from ev where {f}
with c as ({cut}) select distinct d.* from c join dim d using (cust)
with c as ({cut}) select c.id, c.event_date, d.grp from (select * from c order by id) c positional join dim d
select c.id, c.event_date, d.grp from ({cut} order by id) c positional join (select * from dim order by cust) d where c.id > 0
with c as (({cut}) order by id limit 3) select * from c
({cut}) order by id limit 3
select * from (from ev where {f} order by id limit 3)
with c as ({cut}) select * from (with recursive x as (select id, event_date, cust from c where id<10 union all select c.id, c.event_date, c.cust from x join c on c.id = x.id+1) select * from x)
with c as ({cut}), r as (with recursive x as (select id, event_date, cust from c where id<10 union select c.id, c.event_date, c.cust from x join c on c.id = x.id+1) select * from x) select * from r
with j as (select * from dim d join ev e on d.cust=e.cust where {by e.event_date}) select event_date, count(*) from j group by event_date
with c as ({cut}), j as (select * from dim d join c e on d.cust=e.cust) select event_date, count(*) from j group by event_date
with c as ({cut}), j as (select d.*, e.event_date from dim d join c e on d.cust=e.cust) select event_date, count(*) from j group by event_date
with c as ({cut}), j as (select * from dim d join c e using (cust)) select event_date, row_number() over (partition by event_date order by id) rn, id from j
with c as ({cut}) select sum(sum(amount)) over (partition by 1) as s, first_value(max(event_date)) over (partition by max(event_date)) as d from c
with c as ({cut}) select 1 as k, product(amount+1) as p from c
with c as ({cut}) select 'x' as k, last_of(event_date) as event_date from c
with c as ({cut}) select 'x' as k, list(event_date order by id) as p from c
with c as ({cut}) select 'x' as k, histogram(event_date) as p from c
with c as ({cut}) select id, event_date, row_number() over w as n from c window w as (partition by 1 order by id)
with c as ({cut}) select id, event_date, row_number() over (w order by id) as n from c window w as (partition by cust)
with c as ({cut}) select id, event_date, (select max(amount) from c) as n from c
select date_trunc('week', event_ts) d, count(*) from ev where {at event_ts} group by 1
with c as ({cut}) select * from c using sample 3 rows
select * from ({cut}) tablesample 3 rows
with c as ({cut}) from c pivot (sum(amount) for kind in ('k0','k1') group by cust)
select event_date, ship_date from ev where {f} intersect select ship_date, event_date from ev where {f}
select event_date, ship_date from ev where {f} union select ship_date, event_date from ev where {f}
select event_date, count(*) from (select event_date, ship_date from ev where {f} union all select ship_date, event_date from ev where {f}) group by event_date
select event_date, cust from ev where {f} union by name select cust, amount from (select cust, amount, event_date from ev where {f})
select cust, min(event_date) d, count(*) from ev where {f} group by cust, event_date is null
with c as (select event_date, amount from ev where {f}) select max(columns(*)) from c
with c as (select {'event_date': cust, 'x': event_date} as c, event_date as d, id from ev where {f}) select c.event_date, count(*) from c group by c.event_date
with c as (select {'event_date': cust} as s, event_date, id from ev where {f}) select s.event_date, count(*) n from c group by s.event_date
with c as ({cut}) select d.* from dim d anti join c using (cust)
with c as ({cut}) select * from c qualify row_number() over (partition by cust order by id) = 1
with c as ({cut}) select * from c a where id in (select id from c order by id limit 3)
with c as ({cut}) select event_date, count(*) from (select * replace (date_trunc('month', event_date) as event_date) from c) group by event_date
with c as ({cut}), top as (select * from c order by id limit 3), beside as (select * from top) select * from beside
with c as ({cut}), j as (select d.*, c.* from c join dim d on d.cust = c.cust) select event_date, count(*) as n from j group by event_date
with c as ({cut}), j as (select *, c.* from dim d join c on d.cust = c.cust) select event_date, count(*) as n from j group by event_date
with c as ({cut}) select event_date, count(*) from (select unnest({'event_date': cust}), c.* from c) group by event_date
with c as ({cut}) select distinct on (event_date) d.event_date, c.event_date as seen from c join dim d on d.cust = c.cust order by all
with c as ({cut}) select distinct on (event_date) * exclude (cust) replace (cust as event_date) from c order by all
with c as ({cut}), j as (select d.event_date, c.event_date, c.id from c join dim d on d.cust = c.cust union all select d.event_date, c.event_date, c.id from c join dim d on d.cust = c.cust) select event_date, count(*) from j group by event_date
with c as ({cut}) select d.cust, l.n from dim d, (select d.cust as k, max(c.event_date) as m, count(*) as n from c where c.cust = d.cust) l
with c as ({cut}) select d.cust, l.n from dim d, (select grp as k, count(*) as n from c where c.cust = d.cust) l
with c as ({cut}) select cust, count(*) as n from (table c) as s group by cust
with c as ({cut}), t as (table c) select cust, count(*) as n from t group by cust
with c as ({cut}) select (select count(*) from (table c)) as n, d.* from dim d
