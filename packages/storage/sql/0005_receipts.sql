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
comment on type switchboard.receipt is 'learns: the message is known by our id only, the receipt brings the provider''s.';

create function switchboard.resolve_receipts(receipts switchboard.receipt[]) returns switchboard.receipt[]
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
begin
  return array(
    select (
      r.number, r.channel, r.account, r.provider_id, r.outbound_id, r.status, r.at, r.error,
      a.id, coalesce(m.conversation_id, o.conversation_id), coalesce(m.position, o.position),
      coalesce(m.author, o.author),
      case when m.position is not null then message_id(coalesce(m.outbound_id, m.former_id), m.conversation_id, m.position) else o.outbound_id end,
      m.position is null and o.position is not null and o.provider_id is null
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
      select o.conversation_id, o.position, o.author, o.outbound_id, o.provider_id
      from messages o
      where m.position is null and o.outbound_id = r.outbound_id and o.account_id = a.id
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
  with judged as (
    select r.*, status_rank(r.status) as rank, coalesce(to_time(r.at), moment) as reported_at,
      status_rank(r.status) > greatest(
        status_rank(m.status),
        max(status_rank(r.status)) over (
          partition by r.conversation_id, r.place order by r.number rows between unbounded preceding and 1 preceding
        )
      ) as moves,
      m.status in ('pending', 'sending', 'unknown', 'parked') as was_open
    from unnest(receipts) as r
    join messages m on m.conversation_id = r.conversation_id and m.position = r.place and m.author <> 'customer'
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
    count(*)
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

create function switchboard.apply_waiting_receipts(conversations bigint[], places bigint[], moment timestamptz) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Applies the receipts, and the amendments, that came before the provider ids of these messages were known.
declare
  waiting receipt[];
  amended messages[];
  one messages;
begin
  with found as (
    delete from receipts w
    using unnest(conversations, places) as k (conversation_id, place), messages m
    where m.conversation_id = k.conversation_id and m.position = k.place
      and w.account_id = m.account_id and w.provider_id = m.provider_id
    returning w.status, w.at, w.error, w.received_at, k.conversation_id, k.place, m as line
  )
  select array_agg((
    number, null, null, null, null, status, to_milliseconds(at), error, null, conversation_id, place, null, null, null
  )::receipt) filter (where status <> 'amended'), array_agg(line) filter (where status = 'amended')
  into waiting, amended
  from (select *, row_number() over (order by received_at, status_rank(status)) as number from found) as ordered;
  if waiting is not null then
    perform apply_receipts(waiting, moment);
  end if;
  if amended is not null then
    foreach one in array amended loop
      perform amend_message(one.account_id, one.conversation_id, one.provider_id, null, null, null, moment);
    end loop;
  end if;
end
$$;

create function switchboard.learn_provider_ids(
  conversations bigint[], places bigint[], accounts integer[], provider_ids text[], moment timestamptz
) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The first known provider id stays, and one that another line has is not taken.
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
    and not exists (select 1 from messages o where o.account_id = k.account_id and o.provider_id = k.provider_id);
  perform apply_waiting_receipts(conversations, places, moment);
end
$$;

create function switchboard.ingest_receipts(receipts switchboard.receipt[], moment timestamptz) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the locks of their conversations, and of their provider ids if those are not known.
declare
  moved integer[];
begin
  if exists (select 1 from unnest(receipts) as r where r.conversation_id is null) then
    insert into receipts (account_id, provider_id, status, at, error, received_at)
    select ensure_account(r.channel, r.account), r.provider_id, r.status, coalesce(to_time(r.at), moment), r.error, moment
    from unnest(receipts) as r
    where r.conversation_id is null
    order by r.number
    on conflict do nothing;
  end if;
  moved := apply_receipts(receipts, moment);
  if exists (select 1 from unnest(receipts) as r where r.learns) then
    perform learn_provider_ids(
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
  );
end
$$;
