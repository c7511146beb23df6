-- The inbox. Known people on known accounts cost four statements however large the batch is.

create type switchboard.chat_line as (
  -- as the caller sends it; number counts from 1 within the lines of the call
  number integer,
  event integer,
  channel text,
  account text,
  provider_id text,
  group_id text,
  identity_kinds text[],
  identity_values text[],
  name text,
  author text,
  type text,
  says boolean,
  history boolean,
  text text,
  content jsonb,
  quoted_id text,
  sender_name text,
  sent_at double precision,
  raw text,
  -- as resolve_lines finds it
  account_id integer,
  user_id bigint,
  conversation_id bigint,
  complete boolean,
  renamed boolean
);
comment on type switchboard.chat_line is 'An event that becomes a line of a conversation. says: somebody says something now.';

create function switchboard.resolve_lines(lines switchboard.chat_line[]) returns switchboard.chat_line[]
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
-- An address never moves to another user, so once all are known the first one names the user.
begin
  return array(
    select (
      l.number, l.event, l.channel, l.account, l.provider_id, l.group_id, l.identity_kinds, l.identity_values, l.name,
      l.author, l.type, l.says, l.history, l.text, l.content, l.quoted_id, l.sender_name, l.sent_at, l.raw,
      a.id, i.user_id, coalesce(g.id, d.id),
      coalesce(g.id, d.id) is not null and (
        cardinality(l.identity_kinds) = 0
        or i.user_id is not null and (
          cardinality(l.identity_kinds) = 1
          or not exists (
            select 1
            from unnest(l.identity_kinds[2:], l.identity_values[2:]) as other (kind, value)
            left join identities o on o.value = other.value and o.kind = other.kind
              and o.channel = identity_channel(other.kind, l.channel)
            where o.user_id is null
          )
        )
      ),
      l.name is distinct from u.name and l.name is not null and u.id is not null
    )::chat_line
    from unnest(lines) as l
    left join accounts a on a.channel = l.channel and a.name = l.account
    left join identities i on i.value = l.identity_values[1] and i.kind = l.identity_kinds[1]
      and i.channel = identity_channel(l.identity_kinds[1], l.channel)
    left join users u on u.id = i.user_id
    left join conversations d on l.group_id is null and d.account_id = a.id and d.user_id = i.user_id
    left join conversations g on g.account_id = a.id and g.group_id = l.group_id
    order by l.number
  );
end
$$;

create function switchboard.meet_people(lines switchboard.chat_line[], changes jsonb) returns jsonb
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The slow way for people seen for the first time: one event after the other, in the order of the call. A line that is
-- already there teaches nothing. Returns the user of each identity change by the number of its event.
declare
  step record;
  account integer;
  owner bigint;
  users_changed jsonb := '{}';
begin
  for step in
    select l.event, l.channel, l.account, l.identity_kinds as kinds, l.identity_values as addresses, l.name,
      l.group_id, l.provider_id, false as is_change
    from unnest(lines) as l where not l.complete
    union all
    select c.event, c.channel, c.account, c.kinds, c.addresses, null, null, null, true
    from jsonb_to_recordset(changes) as c (event integer, channel text, account text, kinds text[], addresses text[])
    order by 1
  loop
    if step.is_change then
      owner := find_user(step.channel, step.kinds, step.addresses);
      if owner is not null then
        perform learn_identities(owner, step.channel, step.kinds, step.addresses);
        users_changed := users_changed || jsonb_build_object(step.event, owner::text);
      end if;
      continue;
    end if;
    account := ensure_account(step.channel, step.account);
    continue when exists (select 1 from messages where account_id = account and provider_id = step.provider_id);
    owner := null;
    if cardinality(step.kinds) > 0 then
      owner := ensure_user(step.channel, step.kinds, step.addresses, step.name);
    end if;
    if step.group_id is null then
      perform ensure_conversation(account, owner, null, step.kinds[1], step.addresses[1]);
    else
      perform ensure_conversation(account, null, step.group_id, 'group', step.group_id);
    end if;
  end loop;
  return users_changed;
end
$$;
