-- Turns: the right to answer, the answer, and what happens when there is none.

create function switchboard.free_conversation(conversation bigint, moment timestamptz) returns timestamptz
  language sql
  set search_path = switchboard, pg_temp
as $$
  update conversations c set
    lease_until = null,
    due_at = case when c.unread_count > 0 or exists (
      select 1 from turns t where t.conversation_id = c.id and t.waiting
    ) then coalesce(c.due_at, moment) end
  where c.id = conversation;
  select file_wake(conversation);
  select due_at from conversations where id = conversation
$$;
comment on function switchboard.free_conversation is 'Ends the lease. What is left to answer stays due.';

create function switchboard.park(
  conversation bigint, read_through bigint, replay bigint, attempts_made integer, reason text,
  started timestamptz, moment timestamptz
) returns bigint
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the lock of the conversation. The turn is set aside, visible and replayable; the conversation goes on behind it.
declare
  turn bigint;
begin
  update turns set
    outcome = 'parked', waiting = false, attempts = attempts_made, error = reason, model = null, usage = null,
    started_at = started, ended_at = moment
  where id = replay
  returning id into turn;
  if turn is null then
    insert into turns (conversation_id, from_position, to_position, outcome, attempts, error, started_at, ended_at)
    select c.id, c.read_to, read_through, 'parked', attempts_made, reason, started, moment
    from conversations c
    where c.id = conversation
    returning id into turn;
  end if;
  update conversations c set
    read_to = greatest(c.read_to, read_through),
    attempts = 0,
    voids = 0,
    unread_count = u.count,
    unread_since = u.since
  from (
    select count(*)::integer as count, min(m.received_at) as since
    from messages m
    where m.conversation_id = conversation and m.answerable
      and m.position > greatest(read_through, (select read_to from conversations where id = conversation))
  ) as u
  where c.id = conversation;
  perform free_conversation(conversation, moment);
  return turn;
end
$$;

create type switchboard.claimed as (
  conversation_id bigint, from_position bigint, to_position bigint, read_to bigint, replay bigint, attempts integer
);
comment on type switchboard.claimed is 'A burst: answerable messages beyond from_position, up to to_position; the last one taken is at read_to.';

create function switchboard.claim_turns(conversation_ids jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- conversation_ids: [id]; options: {lease_ms, history, max_burst, max_attempts}
-- Returns one object per known conversation that is due or will be; the others are idle.
declare
  ids bigint[] := array(select to_id(value) from jsonb_array_elements_text(conversation_ids));
  lease_ms double precision := options -> 'lease_ms';
  history integer := options -> 'history';
  max_burst integer := options -> 'max_burst';
  max_attempts integer := options -> 'max_attempts';
  moment timestamptz;
  bursts claimed[];
  parked json[] := '{}';
  results json;
  one claimed;
begin
  perform lock_conversations(ids);
  moment := clock_timestamp();
  select array_agg((c.id, r.from_position, r.to_position, b.read_to, r.id, c.attempts)::claimed)
  into bursts
  from conversations c
  left join lateral (
    select t.id, t.from_position, t.to_position
    from turns t
    where t.conversation_id = c.id and t.waiting
    order by t.to_position
    limit 1
  ) as r on true
  cross join lateral (
    select max(u.position) as read_to
    from (
      select m.position
      from messages m
      where m.conversation_id = c.id and m.answerable and m.position > coalesce(r.from_position, c.read_to)
        and (r.to_position is null or m.position <= r.to_position)
      order by m.position
      limit case when r.id is null then max_burst end
    ) as u
  ) as b
  where c.id = any (ids) and c.handoff = 'bot' and c.due_at <= moment
    and (c.lease_until is null or c.lease_until <= moment) and b.read_to is not null;

  foreach one in array coalesce(bursts, '{}') loop
    if one.attempts >= max_attempts then
      update conversations set fence = fence + 1 where id = one.conversation_id;
      parked := parked || json_build_object(
        'kind', 'parked', 'conversationId', one.conversation_id::text,
        'turnId', park(
          one.conversation_id, one.read_to, one.replay, one.attempts, format('gave up after %s attempts', one.attempts),
          moment, moment
        )::text
      );
    end if;
  end loop;

  with taken as (
    update conversations c set
      fence = c.fence + 1,
      attempts = c.attempts + 1,
      lease_until = after(moment, lease_ms)
    from unnest(bursts) as b
    where c.id = b.conversation_id and b.attempts < max_attempts
    returning c, b.read_to as burst_end, coalesce(b.from_position, c.read_to) as burst_start, b.replay
  )
  select json_agg(json_build_object(
    'kind', 'claimed',
    'conversation', conversation_json(t.c, a, u),
    'conversationId', (t.c).id::text,
    'fence', (t.c).fence,
    'version', (t.c).version,
    'readTo', t.burst_end,
    'attempt', (t.c).attempts,
    'voids', (t.c).voids,
    'claimedAt', to_milliseconds(moment),
    'replayOf', t.replay::text,
    'burst', (
      select json_agg(message_json(m) order by coalesce(m.sent_at, m.received_at), m.position)
      from messages m
      where m.conversation_id = (t.c).id and m.answerable and m.position > t.burst_start and m.position <= t.burst_end
    ),
    'history', (
      select json_agg(message_json(h) order by h.position)
      from (
        select m.*
        from messages m
        where m.conversation_id = (t.c).id and is_spoken(m.type, m.status)
          and not (m.answerable and m.position > t.burst_start and m.position <= t.burst_end)
          and not (m.author = 'customer' and m.position > greatest(t.burst_end, (t.c).read_to))
        order by m.position desc
        limit history
      ) as h
    )
  ))
  into results
  from taken t
  join accounts a on a.id = (t.c).account_id
  left join users u on u.id = (t.c).user_id;

  return json_build_object('claimed', results, 'parked', array_to_json(parked), 'later', (
    select json_agg(json_build_object(
      'kind', 'later', 'conversationId', c.id::text, 'dueInMs', wait(moment, greatest(c.due_at, c.lease_until))
    ))
    from conversations c
    where c.id = any (ids) and c.handoff = 'bot' and greatest(c.due_at, c.lease_until) > moment and c.due_at is not null
      and not exists (select 1 from unnest(bursts) as b where b.conversation_id = c.id)
  ));
end
$$;
