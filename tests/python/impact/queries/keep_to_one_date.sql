-- {cut}: rows of the window; {f}: its filter; {by x}, {at x}: a filter on another date or moment. One query a line.
{cut}
{cut} and cust = 1 order by id
select * from ev where cust = 1 and ({f})
with s as ({cut}) select *, amount + 1 as more from s join dim on s.cust = dim.cust
select event_date, count(*) as n from ev where {f} group by 1 having count(*) > 1
select * from (select *, row_number() over (partition by event_date, cust order by id) as n from ev where {f}) where n = 1
select * exclude (n) from (select *, row_number() over (partition by event_date, cust order by id) as n from ev where {f}) where n = 1
with a as ({cut}), b as (select event_date, sum(amount) as s from a group by event_date) select a.*, s from a join b on a.event_date = b.event_date
with a as ({cut}), b as ({cut}) select a.event_date, a.id, b.id as other from a full join b on a.event_date = b.event_date and a.cust = b.cust
select distinct event_date, cust from ev where {f}
select *, (select max(grp) from dim where dim.cust = ev.cust) from ev where {f}
select *, row_number() over w from ev where {f} window w as (partition by event_date order by id)
{cut} and cust not in (select cust from dim where grp = 1)
select id, event_date, last_of(1) over (partition by event_date) from ev where {f}
select cast(seen as date) as day, count(*) from (select event_ts as seen from ev where {at event_ts}) group by all
select * from dim right join ({cut}) as c using (cust)
select cust, event_date from ev where {f} union all select cust, event_date from ev where {f} and cust > 1
select event_date, count(*) from (select cust, event_date from ev where {f} union all select id, event_date from ev where {f}) group by event_date
with c as ({cut}) select id, event_date, sum(amount) over (w rows unbounded preceding) as n from c window w as (partition by event_date order by id)
select cast(event_ts as date) d, count(*) from ev where {at event_ts} group by 1
select date_trunc('hour', event_ts) d, count(*) from ev where {at event_ts} group by 1
with c as ({cut}) select * from c a join c b using (event_date, cust)
with c as ({cut}) select a.id, a.event_date, b.grp from c a asof join dim b on a.cust=b.cust and a.event_date >= b.event_date
with c as ({cut}) select * from c a where a.cust not in (select cust from dim where grp=1)
select event_date, cust from ev where {f} except select event_date, cust from dim
select event_date, cust from ev where {f} union by name select cust, event_date from ev where {f}
select event_date, count(*) from ev where {f} group by event_date having count(*) > 2
select event_date, kind, count(*) from ev where {f} group by event_date, rollup(kind)
with c as (select {'event_date': cust} as c, event_date, id from ev where {f}) select c.event_date as k, count(*) n from c group by c.event_date
with c as ({cut}) select a.id, b.id j, a.event_date from c a, c b where a.event_date=b.event_date and a.cust=b.cust
select * from ev where date '2024-01-01' <= event_date and {f}
select e.id, e.event_date, (select count(*) from dim where dim.event_date <= e.event_date) n from ev e where {by e.event_date}
with c as ({cut}) select * from c semi join dim d using (cust)
with c as ({cut}) select event_date, count(*) filter (where amount>2) n from c group by event_date
with c as ({cut}) select "Event_Date", count(*) from c group by "Event_Date"
with c as ({cut}), top as (select * from c order by id limit 3), beside as (select * from top) select * from c
{cut} /* all of them */
select e.event_date, count(*) from ev e where {f} group by event_date
select id, event_date, amount as default from ev where {f}
