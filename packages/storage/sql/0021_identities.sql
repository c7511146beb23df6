-- Who is who, when that is not as simple as an address that somebody has: docs/identity.md has the table.

create function switchboard.address_on(owner bigint, channel_name text) returns switchboard.peer_row
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select row(a.kind, a.value)::peer_row
  from (
    select 'phone' as kind, u.phone as value, 1 as choice, null::timestamptz as created_at
    from users u
    where u.id = owner and u.phone is not null
    union all
    select i.kind, i.value, 2, i.created_at from identities i where i.user_id = owner and i.channel = channel_name
  ) as a
  order by a.choice, a.created_at desc
  limit 1
$$;
comment on function switchboard.address_on is 'Where somebody can be written to: the phone that is shown, else the address that was added last.';

create function switchboard.drop_address(
  owner bigint, channel_name text, address_kind text, address text, moment timestamptz
) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The address is free: whoever shows it next is somebody else. Conversations with that peer go on with another address.
declare
  place constant text := identity_channel(address_kind, channel_name);
begin
  insert into former_identities as f (user_id, kind, channel, value, left_at)
  values (owner, address_kind, place, address, moment)
  on conflict (value, kind, channel, user_id) do update set left_at = greatest(f.left_at, excluded.left_at);
  delete from identities i
  where i.value = address and i.kind = address_kind and i.channel = place and i.user_id = owner;
  if address_kind = 'phone' then
    update users set phone = (
      select i.value from identities i where i.user_id = owner and i.kind = 'phone' order by i.created_at desc limit 1
    )
    where id = owner and phone = address;
  end if;
  update conversations c set peer_kind = n.kind, peer_value = n.value
  from accounts a
  cross join lateral (select (address_on(owner, a.channel)).*) as n
  where c.user_id = owner and a.id = c.account_id and c.peer_kind = address_kind and c.peer_value = address
    and (place = '' or a.channel = channel_name) and n.value is not null;
end
$$;

create function switchboard.recognise(
  channel_name text, kinds text[], addresses text[], also bigint, why text, is_current boolean, said_at timestamptz,
  moment timestamptz, out owner bigint, out merges json[]
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The user whom the addresses belong to: one that is known (also: whatever the addresses say), several that are merged, or a
-- new one. is_current: a number that was somebody else's is theirs no longer. said_at: it says nothing of the numbers of somebody
-- who has left one of these addresses since. As `recognise` of the memory store.
declare
  one record;
  merged record;
  is_apart boolean;
begin
  owner := also;
  merges := '{}';
  for one in
    select i.user_id, array_agg(a.kind) as kinds, array_agg(a.value) as addresses, bool_or(is_personal(a.kind)) as personal
    from unnest(kinds, addresses) with ordinality as a (kind, value, place)
    join identities i on i.value = a.value and i.kind = a.kind and i.channel = identity_channel(a.kind, channel_name)
    group by i.user_id
    order by bool_or(is_personal(a.kind)) desc, min(a.place)
  loop
    -- `also` may be merged by now: whose an address is was read before.
    continue when one.user_id = owner or one.user_id = also;
    is_apart := not one.personal and is_somebody_else(one.user_id, owner, channel_name, kinds);
    if owner is null and not is_apart then
      owner := one.user_id;
      continue;
    end if;
    continue when not one.personal and (
      has_left(owner, channel_name, kinds, addresses, said_at) or has_left(one.user_id, channel_name, kinds, addresses, said_at)
    );
    if not is_apart then
      merged := merge_users(owner, one.user_id, why, moment);
      owner := merged.owner;
      merges := merges || merged.result;
    elsif is_current and exists (select 1 from unnest(kinds) as kind where is_personal(kind)) then
      perform drop_address(one.user_id, channel_name, a.kind, a.value, moment)
      from unnest(one.kinds, one.addresses) as a (kind, value);
    end if;
  end loop;
  if owner is null then
    insert into users default values returning id into owner;
  end if;
  perform learn_identities(owner, channel_name, kinds, addresses, said_at);
end
$$;

create function switchboard.meet_in_order(line json, moment timestamptz, out line_met json, out merges json[])
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Gives back the line with those of its addresses that are of its user now.
declare
  given given_line := json_populate_record(null::given_line, line);
  account integer := ensure_account(given.channel, given.account);
  who record;
  kinds text[];
  addresses text[];
begin
  merges := '{}';
  line_met := line;
  if cardinality(given.identity_kinds) > 0 then
    who := recognise(
      given.channel, given.identity_kinds, given.identity_values, null, 'shown', not given.history, '-infinity', moment
    );
    merges := who.merges;
    select array_agg(a.kind order by a.place), array_agg(a.value order by a.place)
    into kinds, addresses
    from unnest(given.identity_kinds, given.identity_values) with ordinality as a (kind, value, place)
    join identities i on i.value = a.value and i.kind = a.kind and i.channel = identity_channel(a.kind, given.channel)
      and i.user_id = who.owner;
    line_met := line::jsonb || jsonb_build_object('identity_kinds', kinds, 'identity_values', addresses);
  end if;
  if given.group_id is null then
    perform ensure_conversation(account, who.owner, null, kinds[1], addresses[1]);
  else
    perform ensure_conversation(account, null, given.group_id, 'group', given.group_id);
  end if;
end
$$;

create function switchboard.who_has_moved(
  channel_name text, kinds text[], addresses text[], said_at timestamptz
) returns bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  (select i.user_id
  from unnest(kinds[2:], addresses[2:]) with ordinality as a (kind, value, place)
  join identities i on i.value = a.value and i.kind = a.kind and i.channel = identity_channel(a.kind, channel_name)
  where case when is_personal(kinds[1])
    then a.kind = kinds[1] and a.value <> addresses[1]
      and i.user_id = find_user(channel_name, kinds[1:1], addresses[1:1])
    else exists (
      select 1 from former_identities f
      where f.user_id = i.user_id and f.kind = kinds[1] and f.value = addresses[1]
        and f.channel = identity_channel(kinds[1], channel_name)
    )
  end
  order by a.place
  limit 1)
  union all
  (select f.user_id
  from former_identities f
  where not is_personal(kinds[1]) and f.kind = kinds[1] and f.value = addresses[1]
    and f.channel = identity_channel(kinds[1], channel_name) and f.left_at >= said_at
  order by f.left_at
  limit 1)
  limit 1
$$;
comment on function switchboard.who_has_moved is 'Who has made this change of addresses already: reports come again, also when the numbers have new owners.';

create function switchboard.change_identity(change jsonb, moment timestamptz, out owner bigint, out merges json[])
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- change: {channel, kinds, addresses, at}; the first address is the previous one. owner: null when none is known.
declare
  said_at constant timestamptz := to_time((change ->> 'at')::double precision);
  channel_name text := change ->> 'channel';
  kinds text[] := array(select jsonb_array_elements_text(change -> 'kinds'));
  addresses text[] := array(select jsonb_array_elements_text(change -> 'addresses'));
  stays boolean;
begin
  merges := '{}';
  owner := find_user(channel_name, kinds, addresses);
  if owner is null then
    return;
  end if;
  if not exists (
    select 1 from unnest(kinds[2:], addresses[2:]) as a (kind, value) where a.kind = kinds[1] and a.value <> addresses[1]
  ) then
    -- One more address of the same person.
    select r.owner, r.merges into owner, merges
    from recognise(
      channel_name, kinds, addresses, null, 'told', true, coalesce(said_at, '-infinity'), moment
    ) as r;
    return;
  end if;
  owner := who_has_moved(channel_name, kinds, addresses, said_at);
  if owner is not null then
    return;
  end if;

  stays := is_personal(kinds[1]);
  select r.owner, r.merges into owner, merges
  from recognise(
    channel_name, case when stays then kinds else kinds[2:] end, case when stays then addresses else addresses[2:] end,
    find_user(channel_name, kinds[1:1], addresses[1:1]), 'told', true, coalesce(said_at, 'infinity'), moment
  ) as r;
  if has_left(owner, channel_name, kinds[2:], addresses[2:], coalesce(said_at, 'infinity')) then
    return;
  end if;
  -- A new BSUID means a new number too: what the report does not name is theirs no longer.
  perform drop_address(owner, channel_name, gone.kind, gone.value, least(said_at, moment))
  from (
    select i.kind, i.value
    from identities i
    where i.user_id = owner and i.kind = 'phone' and kinds[1] in ('phone', 'bsuid')
    union
    select kinds[1], addresses[1]
    where not stays and find_user(channel_name, kinds[1:1], addresses[1:1]) is not distinct from owner
    union
    select kinds[1], addresses[1] where not stays and find_user(channel_name, kinds[1:1], addresses[1:1]) is null
  ) as gone
  where not exists (
    select 1 from unnest(kinds[2:], addresses[2:]) as a (kind, value) where a.kind = gone.kind and a.value = gone.value
  );
end
$$;

select switchboard.close_to_strangers();
