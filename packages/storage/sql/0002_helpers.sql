-- Small pure functions, inlined by the planner, and what several functions of the API share.

create function switchboard.to_id(value text) returns bigint
  language sql immutable parallel safe
  return case when value ~ '^[0-9]{1,18}$' then value::bigint end;
comment on function switchboard.to_id is 'An id as callers know it. Null when it cannot be one.';

create function switchboard.to_time(milliseconds double precision) returns timestamptz
  language sql stable parallel safe
  return case when milliseconds between 0 and 253402300799999 then to_timestamp(milliseconds / 1000) end;
comment on function switchboard.to_time is 'Epoch milliseconds as a time. Null when absurd: a provider''s clock must not fail a batch.';

create function switchboard.to_milliseconds(value timestamptz) returns bigint
  language sql stable parallel safe
  return round(date_part('epoch', value) * 1000000)::bigint / 1000;

create function switchboard.to_position(value timestamptz) returns bigint
  language sql stable parallel safe
  return (extract(epoch from value) * 1000000)::bigint;

create function switchboard.after(moment timestamptz, milliseconds double precision) returns timestamptz
  language sql stable parallel safe
  return moment + milliseconds * interval '1 millisecond';

create function switchboard.wait(moment timestamptz, until timestamptz) returns bigint
  language sql stable parallel safe
  return case when until <= moment then 0 else ceil(round(date_part('epoch', until - moment) * 1000000) / 1000)::bigint end;
comment on function switchboard.wait is 'Milliseconds until then, rounded up: who waits as long does not come too early.';

create function switchboard.elapsed(since timestamptz, moment timestamptz) returns bigint
  language sql stable parallel safe
  return case when since >= moment then 0 else floor(date_part('epoch', moment - since) * 1000)::bigint end;

create function switchboard.status_rank(status text) returns integer
  language sql immutable parallel safe
  return case status when 'sent' then 1 when 'failed' then 2 when 'delivered' then 3 when 'read' then 4 else 0 end;
comment on function switchboard.status_rank is 'A receipt moves a message to a greater rank only.';

create function switchboard.is_spoken(type text, status text) returns boolean
  language sql immutable parallel safe
  return type not in ('reaction', 'edit', 'revoke') and (status is null or status not in ('failed', 'cancelled'));
comment on function switchboard.is_spoken is 'Whether a message is part of what was said.';

create function switchboard.message_id(outbound_id text, conversation_id bigint, place bigint) returns text
  language sql stable parallel safe
  return coalesce(outbound_id, conversation_id || '-' || place);

-- What goes out as JSON has row types: a row becomes JSON four times as fast as json_build_object builds the same.

create type switchboard.message_row as (
  id text,
  "conversationId" text,
  position bigint,
  author text,
  type text,
  text text,
  content jsonb,
  "providerId" text,
  "quotedId" text,
  status text,
  error text,
  "senderName" text,
  "sentAt" bigint,
  "receivedAt" bigint,
  "deliveredAt" bigint,
  "readAt" bigint,
  amended jsonb
);

create function switchboard.to_message(m switchboard.messages) returns switchboard.message_row
  language sql stable parallel safe
  return row(
    switchboard.message_id(coalesce((m).outbound_id, (m).former_id), (m).conversation_id, (m).position), (m).conversation_id::text, (m).position,
    (m).author, (m).type, (m).text, (m).content, (m).provider_id, (m).quoted_id, (m).status, (m).error, (m).sender_name,
    switchboard.to_milliseconds((m).sent_at), switchboard.to_milliseconds((m).received_at),
    switchboard.to_milliseconds((m).delivered_at), switchboard.to_milliseconds((m).read_at), (m).amended
  )::switchboard.message_row;

create type switchboard.peer_row as (kind text, value text);
create type switchboard.user_row as (id text, name text, phone text);
create type switchboard.conversation_row as (
  id text,
  channel text,
  account text,
  kind text,
  peer switchboard.peer_row,
  handoff text,
  "user" switchboard.user_row
);

create function switchboard.to_conversation(
  c switchboard.conversations, a switchboard.accounts, u switchboard.users
) returns switchboard.conversation_row
  language sql stable parallel safe
  return row(
    (c).id::text, (a).channel, (a).name, (c).kind, row((c).peer_kind, (c).peer_value)::switchboard.peer_row, (c).handoff,
    case when (u).id is not null then row((u).id::text, (u).name, (u).phone)::switchboard.user_row end
  )::switchboard.conversation_row;

create function switchboard.conversation_by_id(wanted bigint) returns switchboard.conversation_row
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select to_conversation(c, a, u)
  from conversations c join accounts a on a.id = c.account_id left join users u on u.id = c.user_id
  where c.id = wanted
$$;

create function switchboard.lock_keys(keys text[]) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Transaction-level locks on names that have no row yet: new addresses, provider ids whose message is on its way. Always
-- taken before the locks of conversations, and in the order of their numbers, so that nobody waits in a circle. A large
-- batch takes one lock instead of many: the lock table of the server is shared by all.
declare
  class constant integer := 1937208936;
begin
  if cardinality(keys) > 256 then
    perform pg_advisory_xact_lock(class::bigint << 32);
    return;
  end if;
  perform pg_advisory_xact_lock_shared(class::bigint << 32);
  perform pg_advisory_xact_lock(class, number)
  from (select distinct hashtext(key) as number from unnest(keys) as key order by 1) as numbers;
end
$$;

create function switchboard.lock_conversations(ids bigint[]) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- In the order of their ids. A statement of its own: the next one sees what the lock waited for.
begin
  perform 1 from conversations where id = any (ids) order by id for no key update;
end
$$;

create function switchboard.conversation_now(wanted bigint) returns bigint
  language sql stable
  return coalesce((select m.conversation_id from switchboard.merged_conversations m where m.merged_id = wanted), wanted);
comment on function switchboard.conversation_now is 'The conversation of this id, or the one that it went into.';

create function switchboard.lock_conversation(wanted bigint) returns bigint
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Also when it is merged while we wait for the lock. Null: there is none.
begin
  loop
    perform lock_conversations(array[wanted]);
    if exists (select 1 from conversations where id = wanted) then
      return wanted;
    end if;
    select m.conversation_id into wanted from merged_conversations m where m.merged_id = wanted;
    if not found then
      return null;
    end if;
  end loop;
end
$$;
