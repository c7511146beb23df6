-- What providers report about messages of ours.

create type switchboard.inbox_row as (
  number integer, kind text, "messageId" text, "conversationId" text, "dueInMs" bigint, advanced boolean
);
comment on type switchboard.inbox_row is 'What became of an event.';

create type switchboard.receipt as (
  -- as the caller sends it
  number integer,
  channel text,
  account text,
  provider_id text,
  outbound_id text,
  status text,
  at double precision,
  error text,
  -- as resolve_receipts finds it
  account_id integer,
  conversation_id bigint,
  place bigint,
  author text,
  known_id text,
  learns boolean
);
comment on type switchboard.receipt is 'status: refused means failed because the window was closed. learns: the message is known by our id only, the receipt brings the provider''s.';

create function switchboard.resolve_receipts(receipts switchboard.receipt[]) returns switchboard.receipt[]
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
begin
  return array(
    select (
      r.number, r.channel, r.account, r.provider_id, r.outbound_id, r.status, r.at, r.error,
      a.id, coalesce(m.conversation_id, f.conversation_id, o.conversation_id),
      coalesce(m.position, f.position, o.position), coalesce(m.author, f.author, o.author),
      case when m.position is not null then message_id(coalesce(m.outbound_id, m.former_id), m.conversation_id, m.position) else coalesce(f.outbound_id, o.outbound_id) end,
      m.position is null and case when f.position is not null then f.provider_id is null
        else o.position is not null and o.provider_id is null end
    )::receipt
    from unnest(receipts) as r
    left join lateral (
      select a.id from accounts a where a.channel = r.channel and a.name = r.account limit 1
    ) as a on true
    left join lateral (
      select m.conversation_id, m.position, m.author, m.outbound_id, m.former_id
      from messages m
      where m.account_id = a.id and m.provider_id = r.provider_id
      limit 1
    ) as m on true
    left join lateral (
      select d.conversation_id, d.position, t.author, t.outbound_id, t.provider_id
      from deliveries d
      join messages t on t.conversation_id = d.conversation_id and t.position = d.position and t.account_id = a.id
      where m.position is null and d.refused_id = r.provider_id
      limit 1
    ) as f on true
    left join lateral (
      select o.conversation_id, o.position, o.author, o.outbound_id, o.provider_id
      from messages o
      where m.position is null and f.position is null and o.outbound_id = r.outbound_id and o.account_id = a.id
      limit 1
    ) as o on true
    order by r.number
  );
end
$$;

create function switchboard.cancel_deliveries(conversation bigint, cancelled bigint[], moment timestamptz) returns void
  language sql
  set search_path = switchboard, pg_temp
as $$
  update deliveries set state = 'cancelled', ended_at = moment, due_at = null
  where conversation_id = conversation and position = any (cancelled) and state in ('pending', 'parked');
  update messages set status = 'cancelled'
  where conversation_id = conversation and position = any (cancelled) and status in ('pending', 'parked');
$$;
comment on function switchboard.cancel_deliveries is 'What has not left does not leave.';

create function switchboard.waiting_deliveries(conversation bigint) returns table (place bigint)
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select d.position from deliveries d where d.conversation_id = conversation and d.state = 'pending'
  union all
  select d.position from deliveries d where d.conversation_id = conversation and d.state = 'parked'
$$;
comment on function switchboard.waiting_deliveries is 'What is said but has not left. Two lookups, each with an index of its own.';

create function switchboard.cancel_later_replies(conversation bigint, failed_position bigint, moment timestamptz) returns void
  language sql
  set search_path = switchboard, pg_temp
as $$
  select cancel_deliveries(conversation, array_agg(later.position), moment)
  from messages failed
  join waiting_deliveries(conversation) as d on d.place > failed_position
  join messages later on later.conversation_id = conversation and later.position = d.place
    and later.turn_id = failed.turn_id
  where failed.conversation_id = conversation and failed.position = failed_position
$$;
comment on function switchboard.cancel_later_replies is 'Half an answer without its beginning helps nobody.';

create function switchboard.apply_receipts(receipts switchboard.receipt[], moment timestamptz) returns integer[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Receipts of resolved outbound messages, under the locks of their conversations. Returns the numbers of those that moved a message.
-- A receipt moves a message to a greater rank only, so their order does not matter and each message is written once.
declare
  moved integer[];
  settled receipt[];
  one receipt;
  found_count bigint;
begin
  with known as (
    -- What is said of an attempt that the window refused is not about the next one, unless it reached the person.
    select r, m.status as status_before, m.provider_id is distinct from r.provider_id and r.status in ('sent', 'failed') and exists (
      select 1 from deliveries d
      where d.conversation_id = r.conversation_id and d.position = r.place and d.refused_id = r.provider_id
    ) as stale
    from unnest(receipts) as r
    join messages m on m.conversation_id = r.conversation_id and m.position = r.place and m.author <> 'customer'
  ), judged as (
    select (k.r).*, status_rank((k.r).status) as rank, coalesce(to_time((k.r).at), moment) as reported_at,
      status_rank((k.r).status) > greatest(
        status_rank(k.status_before),
        max(status_rank((k.r).status)) over (
          partition by (k.r).conversation_id, (k.r).place order by (k.r).number rows between unbounded preceding and 1 preceding
        )
      ) as moves,
      k.status_before in ('pending', 'sending', 'unknown', 'parked') as was_open
    from known k
    where not k.stale
  ), folded as (
    select conversation_id, place,
      (array_agg(status order by rank desc) filter (where moves))[1] as status,
      (array_agg(reported_at order by number) filter (where status = 'sent'))[1] as sent_at,
      (array_agg(reported_at order by number) filter (where status = 'delivered'))[1] as delivered_at,
      (array_agg(reported_at order by number) filter (where status = 'read'))[1] as read_at,
      (array_agg(error order by number) filter (where moves and status = 'failed'))[1] as error
    from judged
    group by conversation_id, place
  ), written as (
    update messages m set
      status = coalesce(f.status, m.status),
      sent_at = coalesce(m.sent_at, f.sent_at),
      delivered_at = coalesce(m.delivered_at, f.delivered_at),
      read_at = coalesce(m.read_at, f.read_at),
      error = case when f.status is null then m.error when f.status = 'failed' then f.error end
    from folded f
    where m.conversation_id = f.conversation_id and m.position = f.place
  )
  select array_agg(j.number) filter (where j.moves),
    array_agg((
      j.number, null, null, null, null, j.status, null, null, null, j.conversation_id, j.place, null, null, null
    )::receipt) filter (where j.moves and (j.was_open or j.status = 'failed')),
    (select count(*) from known)
  into moved, settled, found_count
  from judged j;
  if found_count < (select count(*) from unnest(receipts) as r where r.place is not null and r.author is distinct from 'customer') then
    raise serialization_failure using message = 'One of these messages went to another conversation in this moment.';
  end if;

  if settled is not null then
    update deliveries d set
      state = case when d.state in ('pending', 'parked') then 'cancelled' when s.status = 'failed' then 'failed' else 'sent' end,
      ended_at = moment,
      due_at = null
    from (select distinct on (conversation_id, place) * from unnest(settled) order by conversation_id, place, number) s
    where d.conversation_id = s.conversation_id and d.position = s.place and (d.due_at is not null or d.state = 'parked');
    foreach one in array settled loop
      if one.status = 'failed' then
        perform cancel_later_replies(one.conversation_id, one.place, moment);
      end if;
    end loop;
  end if;
  return moved;
end
$$;

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
  last_attempt deliveries;
  next_status text;
begin
  select * into written from messages where conversation_id = refusal.conversation_id and position = refusal.place for no key update;
  if not found then
    raise serialization_failure using message = 'This message went to another conversation in this moment.';
  end if;
  if written.status not in ('pending', 'sending', 'unknown', 'sent', 'parked') or written.provider_id <> refusal.provider_id
    or exists (
      select 1 from deliveries d
      where d.conversation_id = written.conversation_id and d.position = written.position and d.refused_id = refusal.provider_id
    ) then
    return '{}';
  end if;
  select * into last_attempt
  from deliveries
  where conversation_id = written.conversation_id and position = written.position
  order by attempt desc
  limit 1;
  select case
    when written.author = 'bot' and c.handoff <> 'bot' then 'cancelled'
    when written.status in ('sending', 'unknown', 'sent') and exists (
      select 1 from messages m
      where m.conversation_id = c.id and m.position > written.position and m.answerable
        and m.received_at > last_attempt.started_at
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
    error = refusal.error,
    refused_id = refusal.provider_id
  where conversation_id = written.conversation_id and position = written.position and attempt = last_attempt.attempt;
  if next_status = 'pending' then
    insert into deliveries (conversation_id, position, attempt, state, due_at)
    values (written.conversation_id, written.position, last_attempt.attempt + 1, 'pending', moment);
  end if;
  update messages set status = next_status, provider_id = null, sent_at = null, error = refusal.error
  where conversation_id = written.conversation_id and position = written.position;
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
