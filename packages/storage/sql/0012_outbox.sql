-- The outbox: an attempt is recorded before the request leaves, and its answer afterwards.

create function switchboard.status_after_send(status text, outcome text) returns text
  language sql immutable parallel safe
  return case
    when outcome = 'sent' and status in ('pending', 'sending', 'unknown', 'cancelled', 'parked') then 'sent'
    when outcome = 'failed' and status in ('sending', 'unknown') then 'failed'
    when outcome in ('retry', 'deferred') and status in ('sending', 'unknown') then 'pending'
    when outcome = 'parked' and status in ('sending', 'unknown') then 'parked'
    when outcome = 'unknown' and status = 'sending' then 'unknown'
    else status
  end;
comment on function switchboard.status_after_send is 'The rule statusAfterSend of @switchboard/core.';

create type switchboard.outbox_row as (
  "conversationId" text, "messageId" text, author text, attempt integer, channel text, account text, kind text, value text,
  text text, content jsonb, "quotedId" text, "customerAt" bigint, deferrals bigint, release text
);

create function switchboard.outbox_item(m switchboard.messages, attempt integer) returns switchboard.outbox_row
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select row(
    c.id::text, m.outbound_id, m.author, attempt, a.channel, a.name, c.peer_kind, c.peer_value, m.text, m.content, m.quoted_id,
    to_milliseconds(c.customer_at),
    case when attempt > 1 then (
      select nullif(count(*), 0) from deliveries d
      where d.conversation_id = m.conversation_id and d.position = m.position and d.state = 'deferred'
    ) end,
    case when attempt > 1 then (
      select d.release from deliveries d
      where d.conversation_id = m.conversation_id and d.position = m.position and d.attempt = outbox_item.attempt
    ) end
  )::outbox_row
  from conversations c join accounts a on a.id = c.account_id
  where c.id = m.conversation_id
$$;

create function switchboard.start_next(
  conversations bigint[], lease_ms double precision[], after_positions bigint[], after_attempts integer[], moment timestamptz
) returns table (started_in bigint, was_due_at timestamptz, item switchboard.outbox_row)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Starts the next message of each conversation if its time has come and nothing before it is on its way. Under the locks.
-- What the same record has started before, and is still on its way, is given again, since the first answer got lost; but
-- not what the bot would say to somebody with whom a person speaks by now.
begin
  return query
  with first_open as materialized (
    select o.*, c.lease_ms, c.after_position, c.after_attempt,
      o.state = 'sending' and o.known_position = c.after_position and o.known_attempt = c.after_attempt as again
    from unnest(conversations, lease_ms, after_positions, after_attempts)
      as c (id, lease_ms, after_position, after_attempt)
    cross join lateral (
      select d.conversation_id, d.position, d.attempt, d.state, d.due_at,
        d.after_position as known_position, d.after_attempt as known_attempt
      from deliveries d
      where d.conversation_id = c.id and d.state in ('pending', 'sending')
      order by d.position
      limit 1
    ) as o
  ), started as (
    update deliveries d set
      state = 'sending', started_at = moment, due_at = after(moment, f.lease_ms),
      after_position = f.after_position, after_attempt = f.after_attempt
    from first_open f
    where d.conversation_id = f.conversation_id and d.position = f.position and d.attempt = f.attempt
      and f.state = 'pending' and f.due_at <= moment
    returning d.conversation_id, d.position, d.attempt, f.due_at
  ), written as (
    update messages m set status = 'sending'
    from started s
    where m.conversation_id = s.conversation_id and m.position = s.position
    returning m, s.attempt, s.due_at
  )
  select (w.m).conversation_id, w.due_at, outbox_item(w.m, w.attempt) from written w
  union all
  select m.conversation_id, f.due_at, outbox_item(m, f.attempt)
  from first_open f
  join messages m on m.conversation_id = f.conversation_id and m.position = f.position
  join conversations c on c.id = f.conversation_id
  where f.again and (m.author <> 'bot' or c.handoff = 'bot');
end
$$;

create function switchboard.release_parked(released_in bigint[], by_person boolean, moment timestamptz) returns text[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Lets what is parked go: because the customer wrote, or because a person wants it, whatever the window is. Under the locks
-- of the conversations. Returns the outbound ids.
declare
  released text[];
begin
  with parked as (
    update deliveries d set state = 'deferred'
    where d.conversation_id = any (released_in) and d.state = 'parked'
    returning d.conversation_id, d.position, d.attempt
  ), moved as (
    update messages m set status = 'pending'
    from parked p
    where m.conversation_id = p.conversation_id and m.position = p.position and m.status = 'parked'
    returning m.conversation_id, m.position, m.outbound_id, p.attempt
  ), started as (
    insert into deliveries (conversation_id, position, attempt, state, due_at, release)
    select v.conversation_id, v.position, v.attempt + 1, 'pending', moment, case when by_person then 'forced' end from moved v
  )
  select array_agg(v.outbound_id order by v.position) into released from moved v;
  update conversations set parked = false where id = any (released_in);
  return coalesce(released, '{}');
end
$$;

create function switchboard.release_as_template(conversation bigint, wanted text, moment timestamptz) returns text[]
  language sql
  set search_path = switchboard, pg_temp
as $$
  with parked as (
    update deliveries d set state = 'deferred'
    from messages m
    where m.outbound_id = wanted and m.conversation_id = conversation and m.status = 'parked' and m.type <> 'template'
      and d.conversation_id = m.conversation_id and d.position = m.position and d.state = 'parked'
      and not exists (
        select 1
        from deliveries o
        join conversations c on c.id = o.conversation_id
        where o.conversation_id = conversation and o.release = 'template'
          and coalesce(o.started_at, o.due_at) >= coalesce(c.customer_at, '-infinity')
      )
    returning d.conversation_id, d.position, d.attempt
  ), started as (
    insert into deliveries (conversation_id, position, attempt, state, due_at, release)
    select p.conversation_id, p.position, p.attempt + 1, 'pending', moment, 'template' from parked p
  ), moved as (
    update messages m set status = 'pending'
    from parked p
    where m.conversation_id = p.conversation_id and m.position = p.position
    returning m.outbound_id
  )
  select array(select outbound_id from moved)
$$;
comment on function switchboard.release_as_template is 'Lets one parked message go as a template, unless one has asked the customer already since they wrote. Under the lock.';

create function switchboard.resend_unknown(conversation bigint, place bigint, lease_ms double precision, moment timestamptz)
  returns switchboard.outbox_row
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Sends a message once more whose outcome was never learnt. Under the lock of its conversation. Null: not now.
declare
  silenced boolean;
  last_attempt integer;
  item outbox_row;
begin
  select m.author = 'bot' and c.handoff <> 'bot', d.attempt
  into silenced, last_attempt
  from messages m
  join conversations c on c.id = m.conversation_id
  join deliveries d on d.conversation_id = m.conversation_id and d.position = m.position
    and d.state = 'unknown' and d.due_at is not null
  where m.conversation_id = conversation and m.position = place and m.status = 'unknown' and not exists (
    select 1 from deliveries o
    where o.conversation_id = conversation and o.position < place and o.state in ('pending', 'sending')
  );
  if not found then
    return null;
  end if;
  update deliveries set due_at = null where conversation_id = conversation and position = place and attempt = last_attempt;
  if silenced then
    update messages set status = 'cancelled' where conversation_id = conversation and position = place;
    return null;
  end if;
  insert into deliveries (conversation_id, position, attempt, state, due_at, started_at)
  values (conversation, place, last_attempt + 1, 'sending', after(moment, lease_ms), moment);
  update messages m set status = 'sending'
  where m.conversation_id = conversation and m.position = place
  returning (outbox_item(m, last_attempt + 1)).* into item;
  return item;
end
$$;

create function switchboard.claim_sends(options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- options: {limit, send_lease_ms, resend, reconcile_ms, max_attempts}. Returns what is to be sent now.
declare
  most integer := options -> 'limit';
  lease_ms double precision := options -> 'send_lease_ms';
  moment timestamptz := clock_timestamp();
  waiting bigint[];
  unknown record;
  candidates jsonb := '[]';
  items outbox_row[];
  item outbox_row;
begin
  waiting := array(
    select d.conversation_id
    from deliveries d
    where d.state = 'pending' and d.due_at <= moment and not exists (
      select 1 from deliveries o
      where o.conversation_id = d.conversation_id and o.position < d.position and o.state in ('pending', 'sending')
    )
    order by d.due_at
    limit most
  );
  if (options -> 'resend')::boolean then
    select coalesce(jsonb_agg(jsonb_build_object('conversation', u.conversation_id, 'place', u.position) order by u.due_at), '[]')
    into candidates
    from (
      select d.conversation_id, d.position, d.due_at
      from deliveries d
      join messages m on m.conversation_id = d.conversation_id and m.position = d.position
      join conversations c on c.id = d.conversation_id
      where d.state = 'unknown' and d.due_at <= after(moment, -(options -> 'reconcile_ms')::double precision)
        and (d.attempt - (
          select count(*) from deliveries o
          where o.conversation_id = d.conversation_id and o.position = d.position and o.state = 'deferred'
        ) < (options -> 'max_attempts')::integer or m.author = 'bot' and c.handoff <> 'bot')
      order by d.due_at
      limit most
    ) as u;
  end if;
  if cardinality(waiting) = 0 and candidates = '[]' then
    return null;
  end if;

  perform lock_conversations(waiting || array(
    select (c ->> 'conversation')::bigint from jsonb_array_elements(candidates) as c
  ));
  items := array(
    select n.item
    from start_next(waiting, array_fill(lease_ms, array[cardinality(waiting)]), null, null, moment) as n
    order by n.was_due_at
  );
  for unknown in
    select * from jsonb_to_recordset(candidates) as c (conversation bigint, place bigint)
  loop
    exit when cardinality(items) >= most;
    item := resend_unknown(unknown.conversation, unknown.place, lease_ms, moment);
    if item."messageId" is not null then
      items := items || item;
    end if;
  end loop;
  return array_to_json(items);
end
$$;
