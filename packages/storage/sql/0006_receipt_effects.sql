-- What follows from receipts, beyond the status of a message.

create type switchboard.window_refusal as ("messageId" text, author text, status text, error text, because text);
comment on type switchboard.window_refusal is 'A message that does not go out for now because the window was closed for the message `because`: that one itself, or a later part of its answer.';

create function switchboard.park_later_replies(refused switchboard.messages, why text, moment timestamptz)
  returns switchboard.window_refusal[]
  language sql
  set search_path = switchboard, pg_temp
as $$
  with parked as (
    update deliveries d set state = 'parked', ended_at = moment, due_at = null
    from messages later
    where d.conversation_id = refused.conversation_id and d.position > refused.position and d.state = 'pending'
      and later.conversation_id = d.conversation_id and later.position = d.position and later.turn_id = refused.turn_id
    returning d.position
  ), written as (
    update messages m set status = 'parked', error = coalesce(m.error, why)
    from parked p
    where m.conversation_id = refused.conversation_id and m.position = p.position
    returning m
  )
  select coalesce(
    array_agg(((w.m).outbound_id, (w.m).author, 'parked', (w.m).error, refused.outbound_id)::window_refusal order by (w.m).position), '{}'
  )
  from written w
$$;
comment on function switchboard.park_later_replies is 'What has not left waits with the part before it, and keeps its place.';

create function switchboard.refuse_message(refusal switchboard.receipt, moment timestamptz) returns switchboard.window_refusal[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The provider took the message, and says now that its window was closed: it waits, as if it had been refused at once. Under the
-- lock of its conversation. Its provider id is free for that of the next attempt; the old one is kept with the attempt, so that
-- the same receipt changes nothing when it comes again. Nothing for a message that reached the person or has ended.
declare
  written messages;
  last_attempt integer;
  -- The one that the provider speaks of: a later one may have been overtaken before it began.
  left_attempt integer;
  left_at timestamptz;
  next_status text;
begin
  select * into written from messages where conversation_id = refusal.conversation_id and position = refusal.place for no key update;
  if not found then
    raise serialization_failure using message = 'This message went to another conversation in this moment.';
  end if;
  if written.status not in ('pending', 'sending', 'unknown', 'sent', 'parked', 'cancelled') or written.provider_id <> refusal.provider_id
    or exists (
      select 1 from deliveries d
      where d.conversation_id = written.conversation_id and d.position = written.position and d.refused_id = refusal.provider_id
    ) then
    return '{}';
  end if;
  select max(attempt), coalesce(max(attempt) filter (where started_at is not null), max(attempt)), max(started_at)
  into last_attempt, left_attempt, left_at
  from deliveries
  where conversation_id = written.conversation_id and position = written.position;
  select case
    when written.status = 'cancelled' or written.author = 'bot' and c.handoff <> 'bot' then 'cancelled'
    when written.status in ('sending', 'unknown', 'sent') and exists (
      select 1 from messages m
      where m.conversation_id = c.id and m.position > written.position and m.answerable
        and m.received_at > left_at
    ) then 'pending'
    else 'parked'
  end
  into next_status
  from conversations c
  where c.id = written.conversation_id;

  update deliveries set
    state = case next_status when 'pending' then 'deferred' else next_status end,
    ended_at = moment,
    due_at = null,
    error = refusal.error
  where conversation_id = written.conversation_id and position = written.position and attempt = last_attempt;
  update deliveries set refused_id = refusal.provider_id
  where conversation_id = written.conversation_id and position = written.position and attempt = left_attempt;
  if next_status = 'pending' then
    insert into deliveries (conversation_id, position, attempt, state, due_at)
    values (written.conversation_id, written.position, last_attempt + 1, 'pending', moment);
  end if;
  update messages set status = next_status, provider_id = null, sent_at = null, error = refusal.error
  where conversation_id = written.conversation_id and position = written.position;
  if written.status = 'cancelled' then
    -- Only the id had to be noted: a late `sent` of it would make it look as if it had arrived.
    return '{}';
  end if;
  if next_status = 'parked' then
    update conversations set parked = true where id = written.conversation_id;
  end if;
  return array[(written.outbound_id, written.author, next_status, refusal.error, written.outbound_id)::window_refusal] || case
    when next_status = 'parked' then park_later_replies(written, refusal.error, moment)
  end;
end
$$;

create function switchboard.follow_receipts(
  receipts switchboard.receipt[], moment timestamptz, out moved integer[], out refused switchboard.window_refusal[]
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Receipts of resolved messages, under the locks of their conversations: all at once, or one after the other when the window has
-- refused something. An echo has no attempts: it failed, as anything else that fails.
declare
  one receipt;
  ours boolean;
  found_refused window_refusal[];
begin
  refused := '{}';
  if not exists (select 1 from unnest(receipts) as r where r.status = 'refused') then
    moved := apply_receipts(receipts, moment);
    return;
  end if;
  foreach one in array array(select r from unnest(receipts) as r where r.place is not null order by r.number) loop
    ours := one.status = 'refused' and exists (
      select 1 from deliveries d where d.conversation_id = one.conversation_id and d.position = one.place
    );
    if ours then
      found_refused := refuse_message(one, moment);
      refused := refused || found_refused;
      if cardinality(found_refused) > 0 then
        moved := moved || one.number;
      end if;
    else
      one.status := case one.status when 'refused' then 'failed' else one.status end;
      moved := moved || apply_receipts(array[one], moment);
    end if;
  end loop;
end
$$;

create function switchboard.apply_waiting_receipts(conversations bigint[], places bigint[], moment timestamptz)
  returns switchboard.window_refusal[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Applies the receipts, and the amendments, that came before the provider ids of these messages were known. Returns what the
-- window has refused.
declare
  waiting receipt[];
  amended messages[];
  one messages;
  refused window_refusal[];
begin
  with found as (
    delete from receipts w
    using unnest(conversations, places) as k (conversation_id, place), messages m
    where m.conversation_id = k.conversation_id and m.position = k.place
      and w.account_id = m.account_id and w.provider_id = m.provider_id
    returning w.provider_id, w.status, w.at, w.error, w.received_at, k.conversation_id, k.place, m as line
  )
  select array_agg((
    number, null, null, provider_id, null, status, to_milliseconds(at), error, null, conversation_id, place, null, null, null
  )::receipt) filter (where status <> 'amended'), array_agg(line) filter (where status = 'amended')
  into waiting, amended
  from (select *, row_number() over (order by received_at, status_rank(status)) as number from found) as ordered;
  if waiting is not null then
    select f.refused into refused from follow_receipts(waiting, moment) as f;
  end if;
  if amended is not null then
    foreach one in array amended loop
      perform amend_message(one.account_id, one.conversation_id, one.provider_id, null, null, null, moment);
    end loop;
  end if;
  return refused;
end
$$;

create function switchboard.learn_provider_ids(
  conversations bigint[], places bigint[], accounts integer[], provider_ids text[], moment timestamptz
) returns switchboard.window_refusal[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The first known provider id stays, and one that another line has is not taken, nor one that the window has refused and that
-- reached nobody. Returns what the window has refused.
begin
  update messages m set provider_id = k.provider_id
  from (
    select distinct on (account_id, provider_id) *
    from (
      select distinct on (conversation_id, place) *
      from unnest(conversations, places, accounts, provider_ids) with ordinality
        as k (conversation_id, place, account_id, provider_id, number)
      order by conversation_id, place, number
    ) as first_of_message
    order by account_id, provider_id, number
  ) as k
  where m.conversation_id = k.conversation_id and m.position = k.place and m.provider_id is null
    and not exists (select 1 from messages o where o.account_id = k.account_id and o.provider_id = k.provider_id)
    and (m.status in ('delivered', 'read') or not exists (
      select 1 from deliveries d
      where d.conversation_id = m.conversation_id and d.position = m.position and d.refused_id = k.provider_id
    ));
  return apply_waiting_receipts(conversations, places, moment);
end
$$;

create function switchboard.ingest_receipts(receipts switchboard.receipt[], moment timestamptz) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the locks of their conversations, and of their provider ids if those are not known.
declare
  moved integer[];
  refused window_refusal[];
begin
  if exists (select 1 from unnest(receipts) as r where r.conversation_id is null) then
    insert into receipts (account_id, provider_id, status, at, error, received_at)
    select ensure_account(r.channel, r.account), r.provider_id, r.status, coalesce(to_time(r.at), moment), r.error, moment
    from unnest(receipts) as r
    where r.conversation_id is null
    order by r.number
    on conflict do nothing;
  end if;
  select f.moved, f.refused into moved, refused from follow_receipts(receipts, moment) as f;
  if exists (select 1 from unnest(receipts) as r where r.learns) then
    refused := refused || learn_provider_ids(
      array_agg(r.conversation_id order by r.number), array_agg(r.place order by r.number),
      array_agg(r.account_id order by r.number), array_agg(r.provider_id order by r.number), moment
    )
    from unnest(receipts) as r
    where r.learns;
  end if;
  return array(
    select row_to_json(row(
      r.number, 'status', r.known_id, r.conversation_id::text, null, coalesce(r.number = any (moved), false)
    )::inbox_row)
    from unnest(receipts) as r
  ) || array(
    -- With the receipt that said so, or that brought the provider id of which it had been said.
    select json_build_object('number', r.number, 'kind', 'refused', 'refused', json_agg(w order by w.place))
    from unnest(refused) with ordinality as w ("messageId", author, status, error, because, place)
    cross join lateral (
      select min(r.number) as number
      from unnest(receipts) as r
      where r.known_id = w.because and (r.learns or r.number = any (moved))
    ) as r
    group by r.number
  );
end
$$;
