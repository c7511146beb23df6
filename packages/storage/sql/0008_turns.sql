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
  conversation_id bigint, from_position bigint, read_to bigint, replay bigint, attempts integer
);
comment on type switchboard.claimed is 'A burst: the answerable messages beyond from_position, up to read_to.';

create type switchboard.turn_row as (
  conversation switchboard.conversation_row,
  "conversationId" text,
  fence bigint,
  version bigint,
  "readTo" bigint,
  attempt integer,
  voids integer,
  "claimedAt" bigint,
  "replayOf" text,
  burst switchboard.message_row[],
  history switchboard.message_row[]
);

create function switchboard.find_bursts(ids bigint[], max_burst integer, moment timestamptz) returns switchboard.claimed[]
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
begin
  return (
    select array_agg((c.id, coalesce(r.from_position, c.read_to), b.read_to, r.id, c.attempts)::claimed)
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
          and m.position <= coalesce(r.to_position, 9223372036854775807)
        order by m.position
        limit case when r.id is null then max_burst end
      ) as u
    ) as b
    where c.id = any (ids) and c.handoff = 'bot' and c.due_at <= moment
      and (c.lease_until is null or c.lease_until <= moment) and b.read_to is not null
  );
end
$$;
comment on function switchboard.find_bursts is 'What is to be answered now: a parked turn that waits goes first.';

create function switchboard.claim_turns(conversation_ids jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- conversation_ids: [id]; options: {lease_ms, history, max_burst, max_attempts}
-- Returns {claimed: [turn_row], parked, later}; conversations in none of them are idle.
declare
  ids bigint[] := array(select to_id(value) from jsonb_array_elements_text(conversation_ids));
  lease_ms double precision := options -> 'lease_ms';
  most_history integer := options -> 'history';
  max_attempts integer := options -> 'max_attempts';
  moment timestamptz;
  bursts claimed[];
  claimed_ids bigint[];
  one claimed;
  parked json[] := '{}';
  results json;
begin
  perform lock_conversations(ids);
  moment := clock_timestamp();
  bursts := find_bursts(ids, (options -> 'max_burst')::integer, moment);

  for one in select b.* from unnest(bursts) as b where b.attempts >= max_attempts loop
    update conversations set fence = fence + 1 where id = one.conversation_id;
    parked := parked || json_build_object(
      'kind', 'parked', 'conversationId', one.conversation_id::text,
      'turnId', park(
        one.conversation_id, one.read_to, one.replay, one.attempts, format('gave up after %s attempts', one.attempts),
        moment, moment
      )::text
    );
  end loop;

  with taken as (
    update conversations c set
      fence = c.fence + 1,
      attempts = c.attempts + 1,
      lease_until = after(moment, lease_ms)
    from unnest(bursts) as b
    where c.id = b.conversation_id and b.attempts < max_attempts
    returning c as conversation, c.id, c.account_id, c.user_id, c.fence, c.version, c.attempts, c.voids,
      greatest(c.read_to, b.read_to) as known_to, b.from_position, b.read_to, b.replay
  )
  select json_agg(row(
      to_conversation(t.conversation, a.account, u.person), t.id::text, t.fence, t.version, t.read_to, t.attempts, t.voids,
      to_milliseconds(moment), t.replay::text,
      array(
        select to_message(m)
        from messages m
        where m.conversation_id = t.id and m.answerable and m.position > t.from_position and m.position <= t.read_to
        order by coalesce(m.sent_at, m.received_at), m.position
      ),
      array(
        select to_message(m)
        from messages m
        where m.conversation_id = t.id and is_spoken(m.type, m.status)
          and not (m.answerable and m.position > t.from_position and m.position <= t.read_to)
          and not (m.author = 'customer' and m.position > t.known_to)
        order by m.position desc
        limit most_history
      )
    )::turn_row),
    array_agg(t.id)
  into results, claimed_ids
  from taken t
  cross join lateral (select a as account from accounts a where a.id = t.account_id limit 1) as a
  left join lateral (select u as person from users u where u.id = t.user_id limit 1) as u on true;

  return json_build_object('claimed', results, 'parked', array_to_json(parked), 'later', (
    select json_agg(json_build_object(
      'kind', 'later', 'conversationId', c.id::text, 'dueInMs', wait(moment, greatest(c.due_at, c.lease_until))
    ))
    from conversations c
    where cardinality(claimed_ids) is distinct from cardinality(ids) and c.id = any (ids) and c.id <> all (coalesce(claimed_ids, '{}'))
      and c.handoff = 'bot' and c.due_at is not null and greatest(c.due_at, c.lease_until) > moment
  ));
end
$$;
