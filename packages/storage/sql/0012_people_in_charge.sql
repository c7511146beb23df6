-- What operators do through the SDK.

create function switchboard.set_handoff(target jsonb, request jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; request: {state, by, idle_ms}. Returns {conversation, change}, or null without a conversation.
declare
  wanted bigint := lock_conversation(ensure_target(target));
  change json;
begin
  if wanted is null then
    return null;
  end if;
  change := move_handoff(
    wanted,
    case request ->> 'state' when 'bot' then 'handback' when 'requested' then 'request' else 'takeover' end,
    'api', request ->> 'by', (request ->> 'idle_ms')::double precision, null, clock_timestamp()
  );
  return json_build_object('conversation', conversation_by_id(wanted), 'change', change);
end
$$;

create function switchboard.release_conversation(target jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; options: {as_template}. Returns the outbound ids of what is parked no more, or null without a conversation.
declare
  wanted bigint := find_target(target);
begin
  if wanted is null then
    return null;
  end if;
  perform lock_conversations(array[wanted]);
  if options ? 'as_template' then
    return array_to_json(release_as_template(wanted, options ->> 'as_template', clock_timestamp()));
  end if;
  return array_to_json(release_parked(array[wanted], true, clock_timestamp()));
end
$$;

create function switchboard.add_operator_message(target jsonb, message jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; message: {id, type, text, content, quoted_id, by, idle_ms, send_lease_ms}.
-- Returns {conversation, message, send, handoffChange}, or null without a conversation.
declare
  wanted bigint;
  moment timestamptz;
  written messages;
  change json;
  send outbox_row;
begin
  select * into written from messages where outbound_id = message ->> 'id';
  if not found then
    wanted := lock_conversation(ensure_target(target));
    if wanted is null then
      return null;
    end if;
    select * into written from messages where outbound_id = message ->> 'id';
  end if;
  if written.position is not null then
    return json_build_object(
      'conversation', conversation_by_id(written.conversation_id), 'message', to_message(written)
    );
  end if;

  moment := clock_timestamp();
  change := move_handoff(
    wanted, 'operator-spoke', 'operator', message ->> 'by', (message ->> 'idle_ms')::double precision, null, moment
  );
  insert into messages (
    conversation_id, position, received_at, account_id, answerable, author, type, status, outbound_id, quoted_id, text, content
  )
  select c.id, greatest(c.last_position + 1, to_position(moment)), moment, c.account_id, false, 'operator',
    message ->> 'type', 'pending', message ->> 'id', message ->> 'quoted_id', message ->> 'text',
    nullif(message -> 'content', 'null')
  from conversations c
  where c.id = wanted
  returning * into written;
  insert into deliveries (conversation_id, position, attempt, state, due_at)
  values (wanted, written.position, 1, 'pending', moment);
  update conversations set last_position = written.position, message_count = message_count + 1 where id = wanted;
  -- What waits before it is left to claim_sends, whose caller sends what it starts.
  if not exists (
    select 1 from deliveries d
    where d.conversation_id = wanted and d.position < written.position and d.state in ('pending', 'sending')
  ) then
    select (n.item).* into send
    from start_next(array[wanted], array[(message ->> 'send_lease_ms')::double precision], null, null, moment) as n;
  end if;
  select * into written from messages where conversation_id = wanted and position = written.position;
  return json_build_object(
    'conversation', conversation_by_id(wanted), 'message', to_message(written),
    'send', case when send."messageId" is not null then send end, 'handoffChange', change
  );
end
$$;
