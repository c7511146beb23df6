-- Who speaks. Every change moves the fence, so a turn in the making cannot commit any more.

create function switchboard.handoff_after(state text, event text) returns text
  language sql immutable parallel safe
  return case event
    when 'handback' then 'bot'
    when 'takeover' then 'human'
    when 'operator-spoke' then 'human'
    when 'request' then case state when 'human' then 'human' else 'requested' end
    when 'idle' then case state when 'requested' then 'requested' else 'bot' end
  end;
comment on function switchboard.handoff_after is 'The rule nextHandoff of @switchboard/core.';

create function switchboard.file_wake(conversation bigint) returns void
  language sql
  set search_path = switchboard, pg_temp
as $$
  delete from wakes w using conversations c
  where w.conversation_id = conversation and c.id = conversation and c.due_at is null;
  insert into wakes (conversation_id, due_at)
  select c.id, c.due_at from conversations c where c.id = conversation and c.due_at is not null
  on conflict (conversation_id) do update set due_at = excluded.due_at where wakes.due_at <> excluded.due_at;
$$;
comment on function switchboard.file_wake is 'After each change of a conversation''s due_at.';

create function switchboard.silence_bot(conversation bigint, moment timestamptz) returns void
  language sql
  set search_path = switchboard, pg_temp
as $$
  select cancel_deliveries(conversation, array_agg(d.place), moment)
  from waiting_deliveries(conversation) as d
  join messages m on m.conversation_id = conversation and m.position = d.place and m.author = 'bot'
$$;
comment on function switchboard.silence_bot is 'What the bot has not yet said stays unsaid.';

create function switchboard.move_handoff(
  conversation bigint, event text, reason text, moved_by text, idle_ms double precision, read_through bigint, moment timestamptz
) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the lock of the conversation. read_through: up to where a handback reads; null means everything.
-- Returns the change, or null when the same side speaks as before.
declare
  previous text;
  next_state text;
begin
  select handoff, handoff_after(handoff, event) into previous, next_state from conversations where id = conversation;
  if next_state = previous then
    if event in ('takeover', 'operator-spoke') then
      update conversations set idle_at = after(moment, idle_ms) where id = conversation;
    end if;
    return null;
  end if;
  update conversations c set
    handoff = next_state,
    fence = c.fence + 1,
    lease_until = null,
    attempts = 0,
    voids = 0,
    unread_count = 0,
    unread_since = null,
    read_to = case next_state when 'bot' then greatest(c.read_to, coalesce(read_through, c.last_position)) else c.read_to end,
    due_at = case when next_state = 'bot' and exists (
      select 1 from turns t where t.conversation_id = c.id and t.waiting
    ) then moment end,
    idle_at = case next_state when 'human' then after(moment, idle_ms) end
  where id = conversation;
  perform file_wake(conversation);
  if next_state <> 'bot' then
    perform silence_bot(conversation, moment);
  end if;
  return json_build_object(
    'conversation', conversation_by_id(conversation),
    'previous', previous, 'state', next_state, 'reason', reason, 'by', moved_by
  );
end
$$;

create function switchboard.hand_back_if_idle(conversation bigint, read_through bigint, moment timestamptz) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
begin
  if exists (select 1 from conversations where id = conversation and idle_at <= moment) then
    return move_handoff(conversation, 'idle', 'idle', null, null, read_through, moment);
  end if;
  return null;
end
$$;
