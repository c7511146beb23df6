-- Endings of turns. Whoever holds an older fence, or let the lease expire, has lost.

create type switchboard.send_address as (channel text, account text, kind text, value text, "quotedId" text, "customerAt" bigint);

create type switchboard.commit_row as (
  number integer, kind text, "turnId" text, outcome text, "dueInMs" bigint, send switchboard.send_address
);

create function switchboard.send_address(c switchboard.conversations, a switchboard.accounts, quoted_id text)
  returns switchboard.send_address
  language sql stable parallel safe
  return row(
    (a).channel, (a).name, (c).peer_kind, (c).peer_value, quoted_id, switchboard.to_milliseconds((c).customer_at)
  )::switchboard.send_address;

create function switchboard.repeated_commits(commits jsonb, moment timestamptz) returns switchboard.commit_row[]
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
-- A commit that is already there is told again: its caller lost the connection before the answer came.
begin
  return (
    select array_agg((
      k.number, 'committed', m.turn_id::text, t.outcome, wait(moment, c.due_at),
      case when c.handoff = 'bot' and m.status = 'sending' and exists (
        select 1 from deliveries d
        where d.conversation_id = c.id and d.position = m.position and d.attempt = 1 and d.state = 'sending'
      ) then send_address(c, a, m.quoted_id) end
    )::commit_row)
    from jsonb_to_recordset(commits) as k (number integer, conversation_id text, replies jsonb)
    cross join lateral (
      select m.* from messages m where m.outbound_id = k.replies -> 0 ->> 'id' limit 1
    ) as m
    join conversations c on c.id = m.conversation_id
    join accounts a on a.id = c.account_id
    join turns t on t.id = m.turn_id
    where m.conversation_id = conversation_now(to_id(k.conversation_id)) and m.author = 'bot'
  );
end
$$;

create type switchboard.judged_commit as (
  number integer, conversation_id bigint, committed boolean, turn_id bigint, replay bigint, from_position bigint,
  read_to bigint, known_to bigint, attempt integer, started_at timestamptz, model text, usage jsonb,
  sends_until timestamptz, replies jsonb, account_id integer, base bigint, leaves boolean, newer bigint,
  unread_count integer, unread_since timestamptz, due_at timestamptz
);
comment on type switchboard.judged_commit is 'from_position, read_to: the burst. known_to: what the bot has dealt with afterwards. base: the position before the first reply. leaves: the first reply goes out now. newer: messages that came after the burst.';

create function switchboard.judge_commits(commits jsonb, repeated integer[], moment timestamptz)
  returns switchboard.judged_commit[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Those that still hold the lease, with all that is to be written.
begin
  return (
    select array_agg((
      k.number, c.id, d.committed, case when d.committed then coalesce(r.id, nextval('turns_id_seq')) end, r.id, c.read_to,
      k.read_to, d.known_to, k.attempt, coalesce(to_time(k.claimed_at), moment), k.model, k.usage,
      after(moment, k.send_lease_ms), k.replies, c.account_id, greatest(c.last_position, to_position(moment) - 1),
      o.open is null, n.count,
      case when d.committed then u.count else c.unread_count end,
      case when d.committed then u.since else c.unread_since end,
      case when not d.committed or u.count > 0 or w.waits then coalesce(c.due_at, moment) end
    )::judged_commit order by c.id)
    from (
      select distinct on (j.conversation_id, j.fence) j.*
      from jsonb_to_recordset(commits) as j (
        number integer, conversation_id text, fence bigint, version bigint, read_to bigint, accept_newer boolean,
        attempt integer, claimed_at double precision, model text, usage jsonb, send_lease_ms double precision,
        replay_of text, replies jsonb
      )
      where repeated is null or j.number <> all (repeated)
      order by j.conversation_id, j.fence, j.number
    ) as k
    join conversations c on c.id = to_id(k.conversation_id) and c.fence = k.fence and c.lease_until > moment
    cross join lateral (
      select k.version = c.version or k.accept_newer as committed, case when k.replay_of is null then greatest(c.read_to, k.read_to) else c.read_to end as known_to
    ) as d
    left join lateral (
      select t.id from turns t where t.id = to_id(k.replay_of) and t.conversation_id = c.id limit 1
    ) as r on true
    left join lateral (
      select 1 as open from deliveries o where o.conversation_id = c.id and o.state in ('pending', 'sending') limit 1
    ) as o on true
    left join lateral (
      select true as waits
      from turns t
      where t.conversation_id = c.id and t.waiting and t.id is distinct from r.id
      limit 1
    ) as w on true
    cross join lateral (
      select count(*)::integer as count, min(m.received_at) as since
      from messages m
      where c.last_position > d.known_to and m.conversation_id = c.id and m.position > d.known_to and m.answerable
    ) as u
    cross join lateral (
      select count(*) as count
      from (
        select 1
        from messages m
        where c.last_position > k.read_to and m.conversation_id = c.id and m.position > k.read_to
          and is_spoken(m.type, m.status)
        limit (select max((reply ->> 'quote_newer')::integer) from jsonb_array_elements(k.replies) as reply)
      ) as newer
    ) as n
  );
end
$$;

create function switchboard.commit_turns(commits jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- commits: [{number, conversation_id, fence, version, read_to, accept_newer, attempt, claimed_at, model, usage, send_lease_ms,
--   replay_of, replies: [{id, type, text, content, quote_id, quote_always, quote_newer}]}]
-- Returns one commit_row for each that was not lost.
declare
  moment timestamptz;
  repeated commit_row[];
  judged judged_commit[];
  quoted jsonb;
begin
  perform lock_conversations(array(
    select to_id(k.conversation_id) from jsonb_to_recordset(commits) as k (conversation_id text)
  ));
  moment := clock_timestamp();
  repeated := repeated_commits(commits, moment);
  judged := judge_commits(commits, case when repeated is not null then array(select number from unnest(repeated)) end, moment);

  insert into turns as t (
    id, conversation_id, from_position, to_position, started_at, ended_at, attempts, outcome, model, usage
  ) overriding system value
  select j.turn_id, j.conversation_id, j.from_position, j.read_to, j.started_at, moment, j.attempt,
    case when jsonb_array_length(j.replies) > 0 then 'answered' else 'silent' end, j.model, j.usage
  from unnest(judged) as j
  where j.committed
  on conflict (id) do update set
    started_at = excluded.started_at, ended_at = excluded.ended_at, attempts = excluded.attempts,
    outcome = excluded.outcome, model = excluded.model, usage = excluded.usage, error = null, waiting = false;

  with drafts as materialized (
    select j.conversation_id, j.account_id, j.turn_id, j.base + d.place as position, j.sends_until,
      j.leaves and d.place = 1 as leaves, d.reply,
      case when (d.reply -> 'quote_always')::boolean or j.newer >= (d.reply -> 'quote_newer')::bigint
        then d.reply ->> 'quote_id' end as quoted_id
    from unnest(judged) as j
    cross join jsonb_array_elements(j.replies) with ordinality as d (reply, place)
    where j.committed
  ), written as (
    insert into messages (
      conversation_id, position, turn_id, received_at, account_id, answerable, author, type, status, outbound_id,
      quoted_id, text, content
    )
    select d.conversation_id, d.position, d.turn_id, moment, d.account_id, false, 'bot', d.reply ->> 'type',
      case when d.leaves then 'sending' else 'pending' end, d.reply ->> 'id', d.quoted_id, d.reply ->> 'text',
      d.reply -> 'content'
    from drafts d
  ), recorded as (
    insert into deliveries (conversation_id, position, attempt, state, due_at, started_at)
    select d.conversation_id, d.position, 1, case when d.leaves then 'sending' else 'pending' end,
      case when d.leaves then d.sends_until else moment end, case when d.leaves then moment end
    from drafts d
  )
  select jsonb_object_agg(d.conversation_id, d.quoted_id) into quoted from drafts d where d.leaves and d.quoted_id is not null;

  update conversations c set
    lease_until = null,
    attempts = 0,
    voids = case when j.committed then 0 else c.voids + 1 end,
    read_to = case when j.committed then j.known_to else c.read_to end,
    unread_count = j.unread_count,
    unread_since = j.unread_since,
    due_at = j.due_at,
    last_position = case when j.committed and jsonb_array_length(j.replies) > 0
      then j.base + jsonb_array_length(j.replies) else c.last_position end,
    message_count = c.message_count + case when j.committed then jsonb_array_length(j.replies) else 0 end
  from unnest(judged) as j
  where c.id = j.conversation_id;
  delete from wakes
  where conversation_id = any (array(select j.conversation_id from unnest(judged) as j where j.due_at is null));

  return (
    select json_agg(r.row)
    from (
      select r as row from unnest(repeated) as r
      union all
      select (
        j.number, case when j.committed then 'committed' else 'superseded' end, j.turn_id::text,
        case when j.committed then case when jsonb_array_length(j.replies) > 0 then 'answered' else 'silent' end end,
        wait(moment, j.due_at),
        case when j.committed and j.leaves and jsonb_array_length(j.replies) > 0
          then send_address(c.conversation, c.account, quoted ->> j.conversation_id::text) end
      )::commit_row
      from unnest(judged) as j
      cross join lateral (
        select c as conversation, a as account
        from conversations c
        join accounts a on a.id = c.account_id
        where c.id = j.conversation_id
        limit 1
      ) as c
    ) as r
  );
end
$$;

create function switchboard.release_turns(releases jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
  set lock_timeout = '5s'
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
  conversation := lock_conversation(conversation);
  update turns set waiting = true where id = wanted and outcome = 'parked';
  if not found then
    return null;
  end if;
  update conversations set due_at = clock_timestamp() where id = conversation and handoff = 'bot';
  perform file_wake(conversation);
  return json_build_object('conversationId', conversation::text);
end
$$;
