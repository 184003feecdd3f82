/** Namespaces of Microsoft's providers that templates use; another one under `Microsoft.` is refused as a typing error. */
export const namespaces: readonly string[] = `
AAD AadCustomSecurityAttributesDiagnosticSettings Advisor AgFoodPlatform AlertsManagement AnalysisServices ApiCenter
ApiManagement App AppAssessment AppComplianceAutomation AppConfiguration AppPlatform Attestation Authorization Automanage
Automation AVS AzureActiveDirectory AzureArcData AzureData AzureFleet AzureLargeInstance AzurePlaywrightService
AzureStack AzureStackHCI Batch Billing BillingBenefits Blueprint BotService Cache Capacity Cdn CertificateRegistration
ChangeAnalysis Chaos CognitiveServices Commerce Communication Community Compute ConfidentialLedger Confluent
ConnectedVMwarevSphere Consumption ContainerInstance ContainerRegistry ContainerService CostManagement
CustomerInsights CustomerLockbox CustomProviders Dashboard DataBox DataBoxEdge Databricks DataCatalog DataFactory
DataLakeAnalytics DataLakeStore DataMigration DataProtection DataReplication DataShare DBforMariaDB DBforMySQL
DBforPostgreSQL DesktopVirtualization DevCenter DeviceUpdate Devices DevHub DevOpsInfrastructure DevTestLab DigitalTwins
DocumentDB DomainRegistration DurableTask Easm EdgeOrder Elastic ElasticSan EventGrid EventHub ExtendedLocation Fabric
Features FluidRelay Graph GuestConfiguration HanaOnAzure HardwareSecurityModules HDInsight HealthBot HealthcareApis
HealthDataAIServices HybridCompute HybridConnectivity HybridContainerService HybridNetwork Impact ImportExport Insights
IoTCentral IoTFirmwareDefense IoTOperations IoTSecurity KeyVault Kubernetes KubernetesConfiguration Kusto LabServices
LoadTestService Logic MachineLearning MachineLearningServices Maintenance ManagedIdentity ManagedNetworkFabric
ManagedServices Management ManufacturingPlatform Maps Marketplace MarketplaceOrdering Media Migrate MixedReality
MobileNetwork Monitor NetApp Network NetworkCloud NetworkFunction NotificationHubs ObjectStore OffAzure OnlineExperimentation
OperationalInsights OperationsManagement Orbital Peering PolicyInsights Portal PowerBI PowerBIDedicated PowerPlatform
Purview Quantum Quota RecommendationsService RecoveryServices RedHatOpenShift Relay ResourceConnector ResourceGraph
ResourceHealth ResourceNotifications Resources SaaS Scheduler Search Security SecurityDevOps SecurityInsights
SerialConsole ServiceBus ServiceFabric ServiceFabricMesh ServiceLinker ServiceNetworking SignalRService SoftwarePlan
Solutions Sql SqlVirtualMachine StandbyPool Storage StorageActions StorageCache StorageMover StoragePool StorageSync
StreamAnalytics Subscription Support Synapse TimeSeriesInsights ToolchainOrchestrator UsageBilling VideoIndexer
VirtualMachineImages VisualStudio VMware VMwareCloudSimple VoiceServices Web Windows365 WindowsESU WorkloadMonitor
Workloads
`
  .trim()
  .split(/\s+/)
  .map((name) => `Microsoft.${name}`)

const known = new Map(namespaces.map((name) => [name.toLowerCase(), name]))

/** A namespace in its own spelling; undefined when no provider has it. Those of partners are taken as they come. */
export function namespaceOf(text: string): string | undefined {
  const found = known.get(text.toLowerCase())
  if (found !== undefined) return found
  return /^microsoft\./i.test(text) || !/^[a-z][\w]*(\.[a-z][\w]*)+$/i.test(text) ? undefined : text
}
