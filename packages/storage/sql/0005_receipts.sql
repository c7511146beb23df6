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
