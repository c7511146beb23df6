-- Nobody but the owner, and whom the owner grants it. Row level security without policies is the second lock: should
-- somebody grant a table by mistake, its rows stay out of sight.

create function switchboard.close_to_strangers() returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  thing record;
  stranger text;
begin
  for thing in
    select c.oid::regclass as name from pg_class c where c.relnamespace = 'switchboard'::regnamespace and c.relkind = 'r'
  loop
    execute format('alter table %s enable row level security', thing.name);
  end loop;
  foreach stranger in array array['public', 'anon', 'authenticated'] loop
    continue when stranger <> 'public' and not exists (select 1 from pg_roles where rolname = stranger);
    execute format('revoke all on schema switchboard from %s', stranger);
    execute format('revoke all on all tables in schema switchboard from %s', stranger);
    execute format('revoke all on all sequences in schema switchboard from %s', stranger);
    execute format('revoke all on all routines in schema switchboard from %s', stranger);
  end loop;
end
$$;
comment on function switchboard.close_to_strangers is
  'The last statement of every migration that makes something: PostgreSQL lets everybody execute a new function.';

select switchboard.close_to_strangers();
