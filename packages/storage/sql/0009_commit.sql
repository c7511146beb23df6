-- Endings of turns. Whoever holds an older fence, or let the lease expire, has lost.

create function switchboard.commit_address(c switchboard.conversations, quoted_id text) returns json
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select json_build_object(
    'channel', a.channel, 'account', a.name, 'kind', c.peer_kind, 'value', c.peer_value, 'quotedId', quoted_id
  )
  from accounts a
  where a.id = c.account_id
$$;

create function switchboard.commit_turns(commits jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- commits: [{number, conversation_id, fence, version, read_to, accept_newer, attempt, claimed_at, model, usage, send_lease_ms,
--   replay_of, replies: [{id, type, text, content, quote_id, quote_always, quote_newer}]}]
-- Returns one object per commit that was not lost.
declare
  moment timestamptz;
  repeated integer[];
  repeats json[];
  results json[];
begin
  perform lock_conversations(array(
    select to_id(k.conversation_id) from jsonb_to_recordset(commits) as k (conversation_id text)
  ));
  moment := clock_timestamp();

  -- A commit that is already there is told again: its caller lost the connection before the answer came.
  select array_agg(k.number), array_agg(json_build_object(
    'number', k.number, 'kind', 'committed', 'turnId', t.id::text, 'outcome', t.outcome, 'dueInMs', wait(moment, c.due_at),
    'send', case when m.status = 'sending' and c.handoff = 'bot' and exists (
      select 1 from deliveries d
      where d.conversation_id = c.id and d.position = m.position and d.attempt = 1 and d.state = 'sending'
    ) then commit_address(c, m.quoted_id) end
  ))
  into repeated, repeats
  from jsonb_to_recordset(commits) as k (number integer, conversation_id text, replies jsonb)
  join messages m on m.outbound_id = k.replies -> 0 ->> 'id' and m.conversation_id = to_id(k.conversation_id)
    and m.author = 'bot'
  join conversations c on c.id = m.conversation_id
  join turns t on t.id = m.turn_id;

  with judged as materialized (
    select k.number, k.version = c.version or k.accept_newer as committed, k.read_to, k.attempt, k.claimed_at, k.model,
      k.usage, k.send_lease_ms, k.replies, r.id as replay, r.from_position, c.id, c.account_id, c.last_position, c.unread_count,
      greatest(c.read_to, k.read_to) as new_read_to, coalesce(r.id, nextval('turns_id_seq')) as turn_id, c as conversation
    from (
      select distinct on (j.conversation_id) j.*
      from jsonb_to_recordset(commits) as j (
        number integer, conversation_id text, fence bigint, version bigint, read_to bigint, accept_newer boolean,
        attempt integer, claimed_at double precision, model text, usage jsonb, send_lease_ms double precision,
        replay_of text, replies jsonb
      )
      join conversations held on held.id = to_id(j.conversation_id) and held.fence = j.fence
      where repeated is null or j.number <> all (repeated)
      order by j.conversation_id, j.number
    ) as k
    join conversations c on c.id = to_id(k.conversation_id) and c.lease_until > moment
    left join turns r on r.id = to_id(k.replay_of) and r.conversation_id = c.id
  ), drafts as materialized (
    select j.number, j.id as conversation_id, j.account_id, j.turn_id, j.send_lease_ms,
      greatest(j.last_position + 1, to_position(moment)) + d.place - 1 as position,
      d.place = 1 and not exists (
        select 1 from deliveries o where o.conversation_id = j.id and o.state in ('pending', 'sending')
      ) as leaves,
      reply.id, reply.type, reply.text, reply.content,
      case when reply.quote_always or (
        select count(*)
        from (
          select 1
          from messages m
          where m.conversation_id = j.id and m.position > j.read_to and is_spoken(m.type, m.status)
          limit reply.quote_newer
        ) as newer
      ) >= reply.quote_newer then reply.quote_id end as quoted_id
    from judged j
    cross join jsonb_array_elements(j.replies) with ordinality as d (reply, place)
    cross join jsonb_to_record(d.reply) as reply (
      id text, type text, text text, content jsonb, quote_id text, quote_always boolean, quote_newer integer
    )
    where j.committed
  ), saved_turns as (
    insert into turns as t (
      id, conversation_id, from_position, to_position, started_at, ended_at, attempts, outcome, model, usage
    ) overriding system value
    select j.turn_id, j.id, (j.conversation).read_to, j.read_to, coalesce(to_time(j.claimed_at), moment), moment, j.attempt,
      case when exists (select 1 from drafts d where d.number = j.number) then 'answered' else 'silent' end,
      j.model, j.usage
    from judged j
    where j.committed
    on conflict (id) do update set
      started_at = excluded.started_at, ended_at = excluded.ended_at, attempts = excluded.attempts,
      outcome = excluded.outcome, model = excluded.model, usage = excluded.usage, error = null, waiting = false
    returning t.id, t.outcome
  ), saved_messages as (
    insert into messages (
      conversation_id, position, turn_id, received_at, account_id, answerable, author, type, status, outbound_id,
      quoted_id, text, content
    )
    select d.conversation_id, d.position, d.turn_id, moment, d.account_id, false, 'bot', d.type,
      case when d.leaves then 'sending' else 'pending' end, d.id, d.quoted_id, d.text, d.content
    from drafts d
  ), saved_deliveries as (
    insert into deliveries (conversation_id, position, attempt, state, due_at, started_at)
    select d.conversation_id, d.position, 1, case when d.leaves then 'sending' else 'pending' end,
      case when d.leaves then after(moment, d.send_lease_ms) else moment end, case when d.leaves then moment end
    from drafts d
  ), written as (
    select j.number, count(d.id) as replies, max(d.position) as last_position
    from judged j left join drafts d on d.number = j.number
    group by j.number
  ), rest as (
    select j.number, u.count, u.since,
      u.count > 0 or exists (
        select 1 from turns t where t.conversation_id = j.id and t.waiting and t.id is distinct from j.replay
      ) as waits
    from judged j
    left join lateral (
      select count(*)::integer as count, min(m.received_at) as since
      from messages m
      where m.conversation_id = j.id and m.position > j.new_read_to and m.answerable
    ) as u on j.committed
  ), freed as (
    update conversations c set
      lease_until = null,
      attempts = 0,
      voids = case when j.committed then 0 else c.voids + 1 end,
      read_to = case when j.committed then j.new_read_to else c.read_to end,
      unread_count = case when j.committed then r.count else c.unread_count end,
      unread_since = case when j.committed then r.since else c.unread_since end,
      due_at = case when not j.committed or r.waits then coalesce(c.due_at, moment) end,
      last_position = greatest(c.last_position, w.last_position),
      message_count = c.message_count + w.replies
    from judged j
    join written w on w.number = j.number
    join rest r on r.number = j.number
    where c.id = j.id
    returning c.id, j.number, c.due_at
  ), done as (
    delete from wakes w using freed f where w.conversation_id = f.id and f.due_at is null
  )
  select array_agg(json_build_object(
    'number', j.number,
    'kind', case when j.committed then 'committed' else 'superseded' end,
    'turnId', case when j.committed then j.turn_id::text end,
    'outcome', t.outcome,
    'dueInMs', wait(moment, f.due_at),
    'send', case when d.id is not null then commit_address(j.conversation, d.quoted_id) end
  ))
  into results
  from judged j
  join freed f on f.number = j.number
  left join saved_turns t on t.id = j.turn_id
  left join drafts d on d.number = j.number and d.leaves;
  return array_to_json(results || repeats);
end
$$;

create function switchboard.release_turns(releases jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- releases: [{number, conversation_id, fence, error, read_to, attempt, claimed_at, retry_in_ms, interrupted, replay_of}]; without
-- retry_in_ms the turn is parked. Returns one object per release that was not lost.
declare
  moment timestamptz;
  results json[] := '{}';
  one record;
  turn bigint;
begin
  perform lock_conversations(array(
    select to_id(r.conversation_id) from jsonb_to_recordset(releases) as r (conversation_id text)
  ));
  moment := clock_timestamp();
  for one in
    select r.*, to_id(r.conversation_id) as id
    from jsonb_to_recordset(releases) as r (
      number integer, conversation_id text, fence bigint, error text, read_to bigint, attempt integer,
      claimed_at double precision, retry_in_ms double precision, interrupted boolean, replay_of text
    )
    order by r.number
  loop
    -- A statement for each: the same lease given back twice is lost the second time.
    update conversations set
      lease_until = null,
      attempts = case when one.interrupted then attempts - 1 else attempts end,
      due_at = case when one.retry_in_ms is null then due_at else after(moment, one.retry_in_ms) end
    where id = one.id and fence = one.fence and lease_until > moment;
    continue when not found;
    if one.retry_in_ms is not null then
      perform file_wake(one.id);
      results := results || json_build_object('number', one.number, 'kind', 'released');
      continue;
    end if;
    turn := park(
      one.id, one.read_to, to_id(one.replay_of), one.attempt, one.error, coalesce(to_time(one.claimed_at), moment), moment
    );
    results := results || json_build_object(
      'number', one.number, 'kind', 'parked', 'turnId', turn::text,
      'dueInMs', (select wait(moment, due_at) from conversations where id = one.id)
    );
  end loop;
  return array_to_json(results);
end
$$;

create function switchboard.renew_leases(leases jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- leases: [{number, conversation_id, fence}]; options: {lease_ms}. Returns the numbers of those that still held.
declare
  moment timestamptz;
  results json;
begin
  perform lock_conversations(array(
    select to_id(l.conversation_id) from jsonb_to_recordset(leases) as l (conversation_id text)
  ));
  moment := clock_timestamp();
  with held as (
    update conversations c set lease_until = after(moment, (options -> 'lease_ms')::double precision)
    from (
      select l.conversation_id, l.fence, array_agg(l.number) as numbers
      from jsonb_to_recordset(leases) as l (number integer, conversation_id text, fence bigint)
      group by 1, 2
    ) as l
    where c.id = to_id(l.conversation_id) and c.fence = l.fence and c.lease_until > moment
    returning l.numbers
  )
  select json_agg(number) into results from held, unnest(held.numbers) as number;
  return results;
end
$$;

create function switchboard.replay_turn(turn jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- turn: {id}. Returns the conversation's id as {conversationId}, or null when there is no such parked turn.
declare
  wanted bigint := to_id(turn ->> 'id');
  conversation bigint;
begin
  select conversation_id into conversation from turns where id = wanted;
  perform lock_conversations(array[conversation]);
  update turns set waiting = true where id = wanted and outcome = 'parked';
  if not found then
    return null;
  end if;
  update conversations set due_at = clock_timestamp() where id = conversation and handoff = 'bot';
  perform file_wake(conversation);
  return json_build_object('conversationId', conversation::text);
end
$$;
