import { z } from 'zod'

/** Variables that are set but empty count as absent, as shells and dashboards often leave them. */
export const text = z.string().trim().min(1).optional()
export const url = z.url({ protocol: /^https?$/ }).optional()
