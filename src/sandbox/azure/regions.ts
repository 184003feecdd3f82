/** The regions that a pretend subscription has, by name and as people read them. */
export const regions: readonly (readonly [name: string, displayName: string])[] = [
  'East US',
  'East US 2',
  'Central US',
  'North Central US',
  'South Central US',
  'West US',
  'West US 2',
  'West US 3',
  'West Central US',
  'Canada Central',
  'Canada East',
  'Brazil South',
  'North Europe',
  'West Europe',
  'UK South',
  'UK West',
  'France Central',
  'Germany West Central',
  'Switzerland North',
  'Norway East',
  'Sweden Central',
  'Italy North',
  'Poland Central',
  'Spain Central',
  'UAE North',
  'South Africa North',
  'Israel Central',
  'Qatar Central',
  'Central India',
  'South India',
  'Southeast Asia',
  'East Asia',
  'Japan East',
  'Japan West',
  'Korea Central',
  'Australia East',
  'Australia Southeast',
].map((displayName) => [displayName.replaceAll(' ', '').toLowerCase(), displayName])

const names = new Set([...regions.map(([name]) => name), 'global'])

/** Whether a name, in the form `westeurope`, is a region's; `global` is one too. Those of other clouds are not known. */
export function isRegion(name: string): boolean {
  return names.has(name) || /^(china|usgov|usdod|germany|.*(stage|euap)$)/.test(name)
}
