-- What becomes of two users who turned out to be one, and of their conversations: docs/identity.md says when they do.

create function switchboard.move_messages(kept bigint, gone bigint, kept_mark bigint, gone_mark bigint) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Into one order, by position. The mark goes back to the one that had read less; what the other had read beyond it asks for no
-- answer any more. Under the locks of both.
declare
  mark constant bigint := least(kept_mark, gone_mark);
  collision bigint;
  last_place bigint := -1;
  place bigint;
  line record;
  old_places bigint[] := '{}';
  new_places bigint[] := '{}';
begin
  -- Positions name the messages of parked turns from now on: within the same range there are others.
  update turns t set burst = coalesce(t.burst, array(
    select m.position
    from messages m
    where m.conversation_id = t.conversation_id and m.answerable
      and m.position > t.from_position and m.position <= t.to_position
    order by m.position
  ))
  where t.outcome = 'parked' and t.conversation_id in (kept, gone);
  update turns t set conversation_id = kept
  where t.outcome <> 'parked' and t.id in (select m.turn_id from messages m where m.conversation_id = gone and m.turn_id is not null);

  update messages m set answerable = false
  where m.conversation_id = kept and m.position > mark and m.position <= kept_mark and m.answerable;
  update messages m set answerable = false
  where m.conversation_id = gone and m.position > mark and m.position <= gone_mark and m.answerable;

  select min(g.position) into collision
  from messages g
  join messages k on k.conversation_id = kept and k.position = g.position
  where g.conversation_id = gone;
  update messages m set
    conversation_id = kept,
    former_id = case when m.outbound_id is null then coalesce(m.former_id, message_id(null, gone, m.position)) end
  where m.conversation_id = gone and (collision is null or m.position < collision);
  update deliveries d set conversation_id = kept
  where d.conversation_id = gone and (collision is null or d.position < collision);

  -- From the first place that both have, one after the other: each stays behind the one before it.
  for line in
    select m.position, m.outbound_id, m.former_id from messages m where m.conversation_id = gone order by m.position
  loop
    place := greatest(line.position, last_place + 1);
    while exists (select 1 from messages m where m.conversation_id = kept and m.position = place) loop
      place := place + 1;
    end loop;
    last_place := place;
    update messages m set
      conversation_id = kept,
      position = place,
      former_id = case
        when line.outbound_id is null then coalesce(line.former_id, message_id(null, gone, line.position)) end,
      answerable = m.answerable and (line.position > gone_mark or place <= mark)
    where m.conversation_id = gone and m.position = line.position;
    update deliveries d set after_position = place where d.conversation_id = gone and d.after_position = line.position;
    update deliveries d set conversation_id = kept, position = place
    where d.conversation_id = gone and d.position = line.position;
    if place <> line.position then
      old_places := old_places || line.position;
      new_places := new_places || place;
    end if;
  end loop;
  if cardinality(old_places) > 0 then
    update turns t set burst = array(
      select coalesce(moved.place, b.place)
      from unnest(t.burst) as b (place)
      left join unnest(old_places, new_places) as moved (old_place, place) on moved.old_place = b.place
    )
    where t.outcome = 'parked' and t.conversation_id = gone and t.burst && old_places;
  end if;
  update turns set conversation_id = kept where outcome = 'parked' and conversation_id = gone;
end
$$;

create function switchboard.merge_conversations(kept bigint, gone bigint, merge bigint, moment timestamptz) returns text
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the locks of both. The more careful handoff wins; turns in the making are fenced off. Returns who spoke in the one that
-- remains.
declare
  k conversations;
  g conversations;
  speaker text;
begin
  select * into k from conversations where id = kept;
  select * into g from conversations where id = gone;
  speaker := case
    when 'human' in (k.handoff, g.handoff) then 'human'
    when 'requested' in (k.handoff, g.handoff) then 'requested'
    else 'bot'
  end;
  perform move_messages(kept, gone, k.read_to, g.read_to);
  delete from wakes where conversation_id = gone;
  delete from conversations where id = gone;
  update merged_conversations set conversation_id = kept where conversation_id = gone;
  insert into merged_conversations (merged_id, merge_id, kept_id, conversation_id) values (gone, merge, kept, kept);

  update conversations c set
    handoff = speaker,
    fence = greatest(k.fence, g.fence) + 1,
    version = greatest(k.version, g.version) + 1,
    lease_until = null,
    attempts = 0,
    voids = 0,
    message_count = k.message_count + g.message_count,
    parked = k.parked or g.parked,
    early_until = greatest(k.early_until, g.early_until),
    customer_at = greatest(k.customer_at, g.customer_at),
    last_position = coalesce((select max(m.position) from messages m where m.conversation_id = kept), 0),
    read_to = least(k.read_to, g.read_to),
    peer_kind = case when g.last_position > k.last_position then g.peer_kind else k.peer_kind end,
    peer_value = case when g.last_position > k.last_position then g.peer_value else k.peer_value end,
    -- A null of somebody in charge means: never.
    idle_at = case when not (k.handoff = 'human' and k.idle_at is null or g.handoff = 'human' and g.idle_at is null)
      then greatest(k.idle_at, g.idle_at) end,
    unread_count = u.count,
    unread_since = u.since,
    due_at = case when speaker = 'bot' and (u.count > 0 or exists (
      select 1 from turns t where t.conversation_id = kept and t.waiting
    )) then coalesce(least(k.due_at, g.due_at), moment) end
  from (
    select count(*)::integer as count, min(m.received_at) as since
    from messages m
    where speaker = 'bot' and m.conversation_id = kept and m.answerable and m.position > least(k.read_to, g.read_to)
  ) as u
  where c.id = kept;
  perform file_wake(kept);
  perform amend_message(t.account_id, kept, t.provider_id, null, null, null, moment)
  from (
    select distinct m.account_id, m.provider_id
    from messages a
    join messages m on m.account_id = a.account_id and m.provider_id = a.quoted_id and m.conversation_id = kept
    where a.conversation_id = kept and a.type in ('reaction', 'edit', 'revoke')
  ) as t;
  if speaker <> 'bot' then
    perform silence_bot(kept, moment);
  end if;
  return k.handoff;
end
$$;

create function switchboard.merge_users(
  one bigint, other bigint, why text, moment timestamptz, out owner bigint, out result json
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The older one remains. Under the locks of both and of all their conversations.
declare
  gone constant bigint := greatest(one, other);
  merge bigint;
  pair record;
  kept bigint;
  previous text;
  kept_ids bigint[] := '{}';
  gone_ids bigint[] := '{}';
  states text[] := '{}';
begin
  owner := least(one, other);
  update identities set user_id = owner where user_id = gone;
  insert into former_identities as o (user_id, kind, channel, value, left_at)
  select owner, f.kind, f.channel, f.value, f.left_at from former_identities f where f.user_id = gone
  on conflict (value, kind, channel, user_id) do update set left_at = greatest(o.left_at, excluded.left_at);
  delete from former_identities f
  using identities i
  where f.user_id = owner and i.user_id = owner and i.kind = f.kind and i.channel = f.channel and i.value = f.value;
  update users k set name = coalesce(k.name, g.name), phone = coalesce(k.phone, g.phone)
  from users g
  where k.id = owner and g.id = gone;
  insert into merges (user_id, merged_user_id, reason, merged_at) values (owner, gone, why, moment) returning id into merge;

  for pair in
    select theirs.id as theirs, ours.id as ours
    from conversations theirs
    left join conversations ours on ours.user_id = owner and ours.account_id = theirs.account_id
    where theirs.user_id = gone
    order by theirs.id
  loop
    kept := coalesce(least(pair.ours, pair.theirs), pair.theirs);
    if pair.ours is not null then
      previous := merge_conversations(kept, greatest(pair.ours, pair.theirs), merge, moment);
      kept_ids := kept_ids || kept;
      gone_ids := gone_ids || greatest(pair.ours, pair.theirs);
      states := states || previous;
    end if;
    update conversations set user_id = owner where id = kept and user_id <> owner;
  end loop;
  perform amend_message(t.account_id, t.conversation_id, t.provider_id, null, null, null, moment)
  from (
    select distinct m.account_id, m.conversation_id, m.provider_id
    from ids_of(gone) as u (id)
    join messages r on r.sender_id = u.id and r.type = 'reaction'
    join messages m on m.account_id = r.account_id and m.provider_id = r.quoted_id and m.conversation_id = r.conversation_id
  ) as t;
  delete from users where id = gone;

  select json_build_object(
    'userId', owner::text, 'mergedUserId', gone::text, 'reason', why, 'at', to_milliseconds(moment),
    'conversations', coalesce(json_agg(json_build_object(
      'conversationId', c.id::text, 'mergedConversationId', m.merged_id::text
    ) order by c.id) filter (where c.id is not null), '[]'),
    'due', coalesce(json_agg(json_build_object(
      'conversationId', c.id::text, 'dueInMs', wait(moment, c.due_at)
    ) order by c.id) filter (where c.due_at is not null), '[]'),
    'handoffChanges', coalesce(json_agg(json_build_object(
      'conversation', conversation_by_id(c.id), 'previous', m.state, 'state', c.handoff, 'reason', 'merge', 'by', null
    ) order by c.id) filter (where c.handoff <> m.state), '[]')
  )
  into result
  from unnest(kept_ids, gone_ids, states) as m (kept_id, merged_id, state)
  join conversations c on c.id = m.kept_id;
end
$$;

create function switchboard.list_merges(filter jsonb) returns json
  language plpgsql stable
  set search_path = switchboard, pg_temp
  set enable_seqscan = off
  set jit = off
as $$
-- filter: {user_id, limit}. The latest come first.
begin
  return (
    select json_agg(json_build_object(
      'userId', m.user_id::text, 'mergedUserId', m.merged_user_id::text, 'reason', m.reason,
      'at', to_milliseconds(m.merged_at),
      'conversations', (
        select coalesce(json_agg(json_build_object(
          'conversationId', c.kept_id::text, 'mergedConversationId', c.merged_id::text
        ) order by c.kept_id), '[]')
        from merged_conversations c
        where c.merge_id = m.id
      )
    ) order by m.id desc)
    from (
      select *
      from merges
      where filter ->> 'user_id' is null or to_id(filter ->> 'user_id') in (user_id, merged_user_id)
      order by id desc
      limit (filter ->> 'limit')::integer
    ) as m
  );
end
$$;

select switchboard.close_to_strangers();
