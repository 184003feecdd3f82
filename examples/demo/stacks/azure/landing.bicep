// The landing zone: a network, a place for logs, and storage that the others share.
targetScope = 'resourceGroup'

@description('Start of every name; the rest comes from the resource group, so that two of them never collide.')
@minLength(3)
@maxLength(11)
param prefix string = 'demo'

param location string = resourceGroup().location

@description('Address space of the network, and of its subnets below it.')
param addressPrefix string = '10.30.0.0/16'

var subnets = [
  { name: 'web', addressPrefix: cidrSubnet(addressPrefix, 24, 0) }
  { name: 'data', addressPrefix: cidrSubnet(addressPrefix, 24, 1) }
]

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${prefix}-vnet'
  location: location
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      for subnet in subnets: {
        name: subnet.name
        properties: { addressPrefix: subnet.addressPrefix }
      }
    ]
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-logs'
  location: location
  properties: {
    retentionInDays: 30
    sku: { name: 'PerGB2018' }
  }
}

module storage 'modules/storage.bicep' = {
  name: '${prefix}-storage'
  params: {
    name: '${prefix}${uniqueString(resourceGroup().id)}'
    location: location
    containers: ['assets', 'uploads']
  }
}

output vnetId string = vnet.id
output logsId string = logs.id
output storageName string = storage.outputs.name
