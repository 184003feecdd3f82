// A web site on a plan of its own; deployed as a stack, so that what leaves this file is noticed.
targetScope = 'resourceGroup'

param name string = 'shop'
param location string = resourceGroup().location

@allowed(['B1', 'P0v3', 'P1v3'])
param size string = 'B1'

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  kind: 'linux'
  sku: { name: size }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: '${name}-${uniqueString(resourceGroup().id)}'
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: {
      minTlsVersion: '1.2'
      linuxFxVersion: 'NODE|22-lts'
    }
  }
}

output siteName string = site.name
