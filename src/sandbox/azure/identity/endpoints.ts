import type { Json } from '../json.ts'
import type { Route } from '../route.ts'

/** The document that clients make a cloud of: `az cloud register --endpoint-resource-manager`. */
export function endpointRoutes(): Route[] {
  return [
    {
      method: 'GET',
      action: 'MetadataEndpoints',
      pattern: '/metadata/endpoints',
      anonymous: true,
      mutating: false,
      handle: ({ origin, apiVersion }) => ({
        status: 200,
        headers: { 'access-control-allow-origin': '*' },
        body: documentOf(origin, apiVersion),
      }),
    },
  ]
}

/** One object since 2022-09-01; a list of clouds from 2019 on; the few urls of Azure Stack before. */
function documentOf(origin: string, apiVersion: string): Json {
  const cloud = cloudOf(origin)
  if (apiVersion >= '2022-09-01') return cloud
  if (apiVersion >= '2019-05-01') return [cloud]
  return {
    galleryEndpoint: `${origin}/`,
    graphEndpoint: `${origin}/`,
    portalEndpoint: `${origin}/`,
    authentication: { loginEndpoint: `${origin}/`, audiences: audiencesOf(origin) },
  }
}

function audiencesOf(origin: string): string[] {
  return [`${origin}/`, origin]
}

function cloudOf(origin: string): Json {
  return {
    name: 'HeadwaterSandbox',
    portal: origin,
    authentication: {
      loginEndpoint: origin,
      audiences: audiencesOf(origin),
      tenant: 'common',
      identityProvider: 'AAD',
    },
    resourceManager: origin,
    graph: origin,
    graphAudience: origin,
    gallery: origin,
    media: origin,
    batch: origin,
    sqlManagement: origin,
    microsoftGraphResourceId: origin,
    vmImageAliasDoc: `${origin}/aliases.json`,
    activeDirectoryDataLake: origin,
    appInsightsResourceId: origin,
    appInsightsTelemetryChannelResourceId: origin,
    logAnalyticsResourceId: origin,
    synapseAnalyticsResourceId: origin,
    attestationResourceId: origin,
    ossrDbmsResourceId: origin,
    suffixes: {
      storage: 'core.windows.net',
      keyVaultDns: 'vault.azure.net',
      sqlServerHostname: 'database.windows.net',
      acrLoginServer: 'azurecr.io',
      mhsmDns: 'managedhsm.azure.net',
      attestationEndpoint: 'attest.azure.net',
      azureDataLakeStoreFileSystem: 'azuredatalakestore.net',
      azureDataLakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
      synapseAnalytics: 'dev.azuresynapse.net',
      mysqlServerEndpoint: 'mysql.database.azure.com',
      postgresqlServerEndpoint: 'postgres.database.azure.com',
      mariadbServerEndpoint: 'mariadb.database.azure.com',
      azureFrontDoorEndpointSuffix: 'azurefd.net',
      storageSyncEndpointSuffix: 'afs.azure.net',
    },
  }
}
