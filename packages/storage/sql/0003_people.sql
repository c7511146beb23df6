-- Users and conversations by address. The unique keys decide who was first; who comes second finds what is there.

create function switchboard.ensure_account(channel_name text, account_name text) returns integer
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  found_id integer;
begin
  loop
    select id into found_id from accounts where channel = channel_name and name = account_name;
    if found then
      return found_id;
    end if;
    insert into accounts (channel, name) values (channel_name, account_name)
    on conflict do nothing
    returning id into found_id;
    if found then
      return found_id;
    end if;
  end loop;
end
$$;

create function switchboard.identity_channel(kind text, channel text) returns text
  language sql immutable parallel safe
  return case kind when 'phone' then '' else channel end;
comment on function switchboard.identity_channel is 'A phone number is one person everywhere; every other address means something on its channel only.';

create function switchboard.find_user(channel_name text, kinds text[], addresses text[]) returns bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select i.user_id
  from unnest(kinds, addresses) with ordinality as address (kind, value, place)
  join identities i on i.value = address.value and i.kind = address.kind
    and i.channel = identity_channel(address.kind, channel_name)
  order by address.place
  limit 1
$$;
comment on function switchboard.find_user is 'The user of the first address that is known.';

create function switchboard.are_of(owner bigint, channel_name text, kinds text[], addresses text[]) returns boolean
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select count(i.user_id) = cardinality(kinds)
  from unnest(kinds, addresses) as address (kind, value)
  join identities i on i.value = address.value and i.kind = address.kind
    and i.channel = identity_channel(address.kind, channel_name) and i.user_id = owner
$$;
comment on function switchboard.are_of is 'Whether all the addresses are those of this user.';

create function switchboard.user_now(wanted bigint) returns bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  with recursive chain (id) as (
    select wanted
    union
    select m.user_id from chain c join merges m on m.merged_user_id = c.id
  )
  select min(c.id) from chain c
$$;
comment on function switchboard.user_now is 'The user of this id, or the one that they were merged into: the oldest remains.';

create function switchboard.ids_of(owner bigint) returns setof bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  with recursive ids (id) as (
    select owner
    union
    select m.merged_user_id from ids i join merges m on m.user_id = i.id
  )
  select i.id from ids i
$$;
comment on function switchboard.ids_of is 'The ids under which the lines of a user have been written: their own, and those of users merged into them.';

create function switchboard.is_personal(kind text) returns boolean
  language sql immutable parallel safe
  return kind in ('bsuid', 'parent_bsuid', 'lid', 'id');
comment on function switchboard.is_personal is 'The rule isPersonalAddress of @switchboard/core: no other person ever gets such an address.';

create function switchboard.is_somebody_else(
  candidate bigint, owner bigint, channel_name text, shown_kinds text[]
) returns boolean
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select exists (
    select 1
    from identities c
    where c.user_id = candidate and is_personal(c.kind) and (
      c.channel = channel_name and c.kind = any (shown_kinds)
      or exists (select 1 from identities o where o.user_id = owner and o.kind = c.kind and o.channel = c.channel)
    )
  )
$$;
comment on function switchboard.is_somebody_else is 'Whether the candidate has a personal address of a kind of which the owner, or the event, has another one.';

create function switchboard.has_left(
  owner bigint, channel_name text, kinds text[], addresses text[], since timestamptz
) returns boolean
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select exists (
    select 1
    from unnest(kinds, addresses) as a (kind, value)
    join former_identities f on f.value = a.value and f.kind = a.kind and f.channel = identity_channel(a.kind, channel_name)
      and f.user_id = owner
    where f.left_at >= since
  )
$$;
comment on function switchboard.has_left is 'Whether the user has left one of these addresses since then.';

create function switchboard.learn_identities(
  owner bigint, channel_name text, kinds text[], addresses text[], said_at timestamptz default '-infinity'
) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- An address that they have left comes back only when that is told and new: an old event may still show it.
declare
  is_old constant boolean := has_left(owner, channel_name, kinds, addresses, said_at);
  address record;
begin
  for address in
    select a.kind, a.value
    from unnest(kinds, addresses) with ordinality as a (kind, value, place)
    where not is_old or is_personal(a.kind)
    order by a.place
  loop
    insert into identities (value, kind, channel, user_id, created_at)
    values (address.value, address.kind, identity_channel(address.kind, channel_name), owner, clock_timestamp())
    on conflict do nothing;
    continue when not found;
    if address.kind = 'phone' then
      update users set phone = address.value where id = owner;
    end if;
    delete from former_identities f
    where f.user_id = owner and f.kind = address.kind and f.value = address.value
      and f.channel = identity_channel(address.kind, channel_name);
  end loop;
end
$$;

create function switchboard.ensure_user(channel_name text, kinds text[], addresses text[], name_given text) returns bigint
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  owner bigint := find_user(channel_name, kinds, addresses);
  first_owner bigint;
begin
  if owner is null then
    insert into users (name) values (name_given) returning id into owner;
    insert into identities (value, kind, channel, user_id)
    values (addresses[1], kinds[1], identity_channel(kinds[1], channel_name), owner)
    on conflict do nothing;
    first_owner := find_user(channel_name, kinds[1:1], addresses[1:1]);
    if first_owner <> owner then
      -- Somebody else made the same person at the same time.
      delete from users where id = owner;
      owner := first_owner;
    elsif kinds[1] = 'phone' then
      update users set phone = addresses[1] where id = owner;
    end if;
  end if;
  perform learn_identities(owner, channel_name, kinds, addresses);
  return owner;
end
$$;
comment on function switchboard.ensure_user is 'The user a person is, made when nobody has one of the addresses.';

create function switchboard.ensure_conversation(
  account integer, owner bigint, group_name text, kind_of_peer text, address text
) returns bigint
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  found_id bigint;
begin
  loop
    select id into found_id from conversations
    where account_id = account and (user_id = owner or group_id = group_name);
    if found then
      return found_id;
    end if;
    insert into conversations (account_id, kind, user_id, group_id, peer_kind, peer_value)
    values (account, case when owner is null then 'group' else 'direct' end, owner, group_name, kind_of_peer, address)
    on conflict do nothing
    returning id into found_id;
    if found then
      return found_id;
    end if;
  end loop;
end
$$;

create function switchboard.find_target(target jsonb) returns bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select id from conversations where id = conversation_now(to_id(target ->> 'conversation_id'))
  union all
  select c.id
  from accounts a
  join conversations c on c.account_id = a.id
    and c.user_id = find_user(a.channel, array[target ->> 'kind'], array[target ->> 'value'])
  where a.channel = target ->> 'channel' and a.name = target ->> 'account'
$$;
comment on function switchboard.find_target is 'A conversation: {conversation_id} or {channel, account, kind, value}.';

create function switchboard.ensure_target(target jsonb) returns bigint
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  wanted bigint := find_target(target);
  address text := target ->> 'value';
  address_kind text := target ->> 'kind';
  channel text := target ->> 'channel';
begin
  if wanted is not null or address is null then
    return wanted;
  end if;
  perform lock_keys(array[address_kind || ':' || address]);
  return ensure_conversation(
    ensure_account(channel, target ->> 'account'),
    ensure_user(channel, array[address_kind], array[address], null),
    null, address_kind, address
  );
end
$$;
comment on function switchboard.ensure_target is 'As find_target; a person by address gets a conversation.';
