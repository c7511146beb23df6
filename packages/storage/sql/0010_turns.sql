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
    -- What a replay answers was read before; in a merged conversation newer messages may lie before it.
    read_to = case when replay is null then greatest(c.read_to, read_through) else c.read_to end,
    attempts = 0,
    voids = 0,
    unread_count = u.count,
    unread_since = u.since
  from (
    select count(*)::integer as count, min(m.received_at) as since
    from messages m
    where m.conversation_id = conversation and m.answerable
      and m.position > greatest(
        case when replay is null then read_through end, (select read_to from conversations where id = conversation)
      )
  ) as u
  where c.id = conversation;
  perform free_conversation(conversation, moment);
  return turn;
end
$$;

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

create function switchboard.burst_range(conversation bigint, read_to bigint, max_burst integer)
  returns table (replay bigint, starts_after bigint, ends_at bigint, chosen bigint[])
  language sql stable parallel safe rows 1
begin atomic
  select r.id, coalesce(r.from_position, burst_range.read_to), case when r.burst is not null then (
    select max(b) from unnest(r.burst) as b
  ) else (
    select max(u.position)
    from (
      select m.position
      from switchboard.messages m
      where m.conversation_id = conversation and m.answerable
        and m.position > coalesce(r.from_position, burst_range.read_to)
        and m.position <= coalesce(r.to_position, 9223372036854775807)
      order by m.position
      limit case when r.id is null then max_burst end
    ) as u
  ) end, r.burst
  from (values (1)) as always
  left join lateral (
    select t.id, t.from_position, t.to_position, case when t.burst is not null then array(
      select m.position
      from switchboard.messages m
      where m.conversation_id = conversation and m.position = any (t.burst) and m.amended -> 'revokedAt' is null
    ) end as burst
    from switchboard.turns t
    where t.conversation_id = conversation and t.waiting
    order by t.to_position
    limit 1
  ) as r on true;
end;
comment on function switchboard.burst_range is
  'What is to be answered: the answerable messages beyond starts_after, up to ends_at, or those chosen. A parked turn that waits goes first.';

create function switchboard.park_or_free(
  taken switchboard.conversations[], max_burst integer, max_attempts integer, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Of conversations just claimed: those claimed too often are parked; where nothing is to be answered after all, the claim ends.
declare
  parked json[] := '{}';
  one record;
begin
  for one in
    select c.id, c.attempts - 1 as attempts, b.*
    from unnest(taken) as c
    cross join lateral burst_range(c.id, c.read_to, max_burst) as b
    where c.attempts > max_attempts or b.ends_at is null
  loop
    if one.ends_at is null and one.replay is not null then
      -- All that it was about has been taken back.
      update turns set
        outcome = 'silent', waiting = false, attempts = one.attempts, error = null, started_at = moment, ended_at = moment
      where id = one.replay;
      update conversations set attempts = 0, voids = 0 where id = one.id;
      perform free_conversation(one.id, moment);
    elsif one.ends_at is null then
      update conversations set attempts = one.attempts, lease_until = null where id = one.id;
    else
      parked := parked || json_build_object('conversationId', one.id::text, 'turnId', park(
        one.id, one.ends_at, one.replay, one.attempts, format('gave up after %s attempts', one.attempts), moment, moment
      )::text);
    end if;
  end loop;
  return parked;
end
$$;

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
  most_burst integer := options -> 'max_burst';
  most_attempts integer := options -> 'max_attempts';
  moment timestamptz := clock_timestamp();
  taken conversations[];
  taken_ids bigint[];
  answerable bigint;
  results json;
  parked json[] := '{}';
  later json;
begin
  -- The update is the lock, in the order of the ids. The next statement sees what it waited for.
  with touched as (
    update conversations c set
      fence = c.fence + 1,
      attempts = c.attempts + 1,
      lease_until = after(moment, lease_ms)
    from (select distinct id from unnest(ids) as id order by id) as given
    where c.id = given.id and c.handoff = 'bot' and c.due_at <= moment
      and (c.lease_until is null or c.lease_until <= moment)
    returning c as conversation, c.id
  )
  select array_agg(t.conversation), array_agg(t.id) into taken, taken_ids from touched t;
  if clock_timestamp() > after(moment, lease_ms / 20) then
    -- It had to wait for somebody: the lease begins now.
    moment := clock_timestamp();
    update conversations set lease_until = after(moment, lease_ms) where id = any (taken_ids);
  end if;

  select json_agg(row(
      to_conversation(c, a.account, u.person), c.id::text, c.fence, c.version, b.ends_at, c.attempts, c.voids,
      to_milliseconds(moment), b.replay::text,
      array(
        select to_message(m)
        from messages m
        where m.conversation_id = c.id and m.position > b.starts_after and m.position <= b.ends_at
          and coalesce(m.position = any (b.chosen), m.answerable)
        order by coalesce(m.sent_at, m.received_at), m.position
      ),
      array(
        select to_message(m)
        from messages m
        where m.conversation_id = c.id and is_spoken(m.type, m.status)
          and not (
            m.position > b.starts_after and m.position <= b.ends_at and coalesce(m.position = any (b.chosen), m.answerable)
          )
          and not (m.author = 'customer' and m.position > greatest(c.read_to, b.ends_at))
        order by m.position desc
        limit most_history
      )
    )::turn_row),
    count(*)
  into results, answerable
  from unnest(taken) as c
  cross join lateral burst_range(c.id, c.read_to, most_burst) as b
  cross join lateral (select a as account from accounts a where a.id = c.account_id limit 1) as a
  left join lateral (select u as person from users u where u.id = c.user_id limit 1) as u on true
  where c.attempts <= most_attempts and b.ends_at is not null;

  if answerable < cardinality(taken) then
    parked := park_or_free(taken, most_burst, most_attempts, moment);
  end if;
  if cardinality(taken) is distinct from cardinality(ids) then
    select json_agg(json_build_object('conversationId', c.id::text, 'dueInMs', wait(moment, greatest(c.due_at, c.lease_until))))
    into later
    from conversations c
    where c.id = any (ids) and c.id <> all (coalesce(taken_ids, '{}')) and c.handoff = 'bot' and c.due_at is not null;
  end if;
  return json_build_object('claimed', results, 'parked', array_to_json(parked), 'later', later);
end
$$;
