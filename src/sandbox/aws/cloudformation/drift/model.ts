/** One run of drift detection on a stack. */
export interface DriftDetection {
  id: string
  stackId: string
  startedAtMs: number
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE' | 'DETECTION_FAILED'
  reason?: string
  driftStatus?: 'DRIFTED' | 'IN_SYNC' | 'UNKNOWN'
  driftedCount?: number
}
