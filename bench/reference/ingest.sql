-- Stores messages once each, with identity, conversation and wake: [{phone, name, account, providerId, sentAt, text, raw}].
-- Generic plans, since arrays are planned anew at every call otherwise; no sequential scans, since such a plan, made while
-- the tables are empty, stays.
create function ingest(batch json) returns void
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  phones text[];
  names text[];
  accounts text[];
  ids text[];
  times float8[];
  texts text[];
  raws text[];
  conversation_ids bigint[];
begin
  select array_agg(b.phone), array_agg(b.name), array_agg(b.account), array_agg(b."providerId"), array_agg(b."sentAt"),
    array_agg(b.text), array_agg(b.raw), array_agg(c.id)
  into phones, names, accounts, ids, times, texts, raws, conversation_ids
  from json_to_recordset(batch) as b (
    phone text, name text, account text, "providerId" text, "sentAt" float8, text text, raw text
  )
  left join identities i on i.phone = b.phone
  left join conversations c on c.identity_id = i.id and c.account = b.account;

  if array_position(conversation_ids, null) is not null then
    insert into identities (phone, name)
    select distinct on (n.phone) n.phone, n.name from unnest(phones, names) as n (phone, name) order by n.phone
    on conflict do nothing;
    insert into conversations (identity_id, account)
    select distinct i.id, n.account
    from unnest(phones, accounts) as n (phone, account)
    join identities i on i.phone = n.phone
    on conflict do nothing;
    conversation_ids := array(
      select c.id
      from unnest(phones, accounts) with ordinality as n (phone, account, place)
      join identities i on i.phone = n.phone
      join conversations c on c.identity_id = i.id and c.account = n.account
      order by n.place
    );
  end if;

  with stored as (
    insert into messages (conversation_id, sent_at, provider_id, text, raw)
    select n.conversation_id, to_timestamp(n.sent_at / 1000), n.id, n.text, n.raw
    from unnest(conversation_ids, ids, times, texts, raws) as n (conversation_id, id, sent_at, text, raw)
    on conflict (provider_id) do nothing
    returning conversation_id
  )
  update conversations c
  set version = version + s.count, due_at = now() + interval '1 second'
  from (select conversation_id, count(*) from stored group by conversation_id) as s
  where c.id = s.conversation_id;
end
$$;
