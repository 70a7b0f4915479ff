-- Settle reservations of one budget, then book another if the limits allow it. All numbers are whole.
-- KEYS[1]: a hash of used:*, reserved:* and hold:<id>. ARGV[1]: {settled, reservation, limits, seconds until it expires}.
local settled, reservation, limits, expires = unpack(cmsgpack.unpack(ARGV[1]))
local key, names = KEYS[1], {'tokens', 'requests', 'nanos'}

local function add(kind, i, change)
  if change ~= 0 then
    redis.call('HINCRBY', key, kind .. names[i], string.format('%.0f', change))
  end
end

for _, entry in ipairs(settled) do
  local hold = 'hold:' .. entry[1]
  local held = redis.call('HGET', key, hold)
  if held then
    redis.call('HDEL', key, hold)
    for i, charge in ipairs(cmsgpack.unpack(held)) do
      add('reserved:', i, -charge)
      add('used:', i, entry[2][i])
    end
  end
end

local function booked()
  return redis.call('HMGET', key, 'used:tokens', 'used:requests', 'used:nanos',
    'reserved:tokens', 'reserved:requests', 'reserved:nanos')
end

local fits = 0
if #reservation > 0 then
  local hold, charges, totals = 'hold:' .. reservation[1], reservation[2], booked()
  fits = 1
  if redis.call('HEXISTS', key, hold) == 0 then
    for i, limit in ipairs(limits) do
      if limit >= 0 and tonumber(totals[i] or 0) + tonumber(totals[i + 3] or 0) + charges[i] > limit then
        fits = 0
      end
    end
    if fits == 1 then
      redis.call('HSET', key, hold, cmsgpack.pack(charges))
      for i, charge in ipairs(charges) do
        add('reserved:', i, charge)
      end
    end
  end
end
if expires > 0 then
  redis.call('EXPIRE', key, expires)
end
return {fits, unpack(booked())}
