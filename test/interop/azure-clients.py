"""Drives the pretend Azure with Microsoft's own management clients; prints what it saw as JSON."""

import json
import sys
import time

from azure.core.credentials import AccessTokenInfo
from azure.core.exceptions import HttpResponseError
from azure.core.polling import LROPoller
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient

url, token = sys.argv[1:]
subscription = "11111111-1111-1111-1111-111111111111"
group_id = f"/subscriptions/{subscription}/resourceGroups/rg"
seen = {}


class Credential:
    def get_token_info(self, *scopes, options=None):
        return AccessTokenInfo(token, int(time.time()) + 3600)


def client(kind):
    # A retry would hide an answer that a client should not have got.
    return kind(Credential(), subscription, base_url=url, credential_scopes=[f"{url}/.default"],
                polling_interval=0.1, retry_total=0)


def refused(call, *arguments, **named):
    """The status, the code and the codes below it that a call is refused with, at once or at its end."""
    try:
        answer = call(*arguments, **named)
        if isinstance(answer, LROPoller):
            answer.result()
    except HttpResponseError as error:
        return [error.status_code, error.error.code, *(detail.code for detail in error.error.details or [])]
    return "not refused"


def names(resources):
    return sorted(one.id.split("/")[-1] for one in resources)


def template(*accounts):
    """One storage account for each name; the size of all is a parameter."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"Size": {"type": "string", "defaultValue": "Standard_LRS"}},
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2024-01-01",
                "name": name,
                "location": "West Europe",
                "kind": "StorageV2",
                "sku": {"name": "[parameters('Size')]"},
                "properties": {"minimumTlsVersion": "TLS1_2"},
            }
            for name in accounts
        ],
        "outputs": {
            "First": {"type": "string", "value": "[resourceId('Microsoft.Storage/storageAccounts', '%s')]" % name}
            for name in accounts[:1]
        },
    }


def deployment(*accounts, **parameters):
    return {"properties": {"mode": "Incremental", "template": template(*accounts),
                           "parameters": {name: {"value": value} for name, value in parameters.items()}}}


def stack(*accounts, resources="detach", deny="none"):
    return {"properties": {"template": template(*accounts), "denySettings": {"mode": deny},
                           "actionOnUnmanage": {"resources": resources}}}


resources, deployments, stacks = client(ResourceManagementClient), client(DeploymentsMgmtClient), client(DeploymentStacksClient)
groups, deploy, stacking = resources.resource_groups, deployments.deployments, stacks.deployment_stacks

# Groups.
group = groups.create_or_update("rg", {"location": "West Europe", "tags": {"a": "1"}})
seen["group"] = [group.id, group.location, group.properties.provisioning_state, group.tags]
seen["group exists"] = [groups.check_existence("rg"), groups.check_existence("none")]
seen["groups"] = [one.name for one in groups.list()]
seen["group missing"] = refused(groups.get, "none")

# Deployments.
valid = deploy.begin_validate("rg", "web", deployment("one")).result()
seen["validate"] = [valid.properties.provisioning_state, names(valid.properties.validated_resources)]
seen["validate wrong"] = refused(deploy.begin_validate, "rg", "web", deployment("one", Wrong=1))
done = deploy.begin_create_or_update("rg", "web", deployment("onestore", "twostore")).result()
seen["deployment"] = [done.name, done.properties.provisioning_state, names(done.properties.output_resources)]
seen["outputs"], seen["parameters"] = done.properties.outputs, done.properties.parameters
seen["deployments"] = [one.name for one in deploy.list_by_resource_group("rg")]
seen["deployment exists"] = [deploy.check_existence("rg", "web"), deploy.check_existence("rg", "none")]
seen["operations"] = sorted(
    [one.properties.provisioning_operation, one.properties.provisioning_state]
    for one in deployments.deployment_operations.list("rg", "web")
)
seen["export"] = deploy.export_template("rg", "web").template["parameters"]
seen["failed"] = refused(deploy.begin_create_or_update, "rg", "bad", deployment("Not_A_Name"))
seen["failed state"] = deploy.get("rg", "bad").properties.provisioning_state

# What-if.
changes = deploy.begin_what_if("rg", "web", deployment("onestore", "newstore", Size="Standard_GRS")).result().changes
seen["what-if"] = sorted([one.change_type, one.resource_id.split("/")[-1]] for one in changes)
seen["delta"] = [[delta.path, delta.property_change_type, delta.before, delta.after]
                 for one in changes for delta in one.delta or []]
# The operation succeeds; what it says is that the template would not.
wrong = deploy.begin_what_if("rg", "web", deployment("one", Wrong=1)).result()
seen["what-if wrong"] = [wrong.status, wrong.error.code]

# Busy, and canceled: somebody has made this account slow.
deploy.begin_create_or_update("rg", "slow", deployment("slowstore"), polling=False)
seen["busy"] = refused(deploy.begin_create_or_update, "rg", "slow", deployment("slowstore"))
deploy.cancel("rg", "slow")
seen["canceled"] = "no"
for _ in range(50):
    if (state := deploy.get("rg", "slow").properties.provisioning_state) == "Canceled":
        seen["canceled"] = state
        break
    time.sleep(0.1)
seen["canceled again"] = refused(deploy.cancel, "rg", "slow")

# A subscription's.
seen["subscription"] = deploy.begin_create_or_update_at_subscription_scope("sub", {
    "location": "westeurope",
    "properties": {"mode": "Incremental", "template": {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-03-01", "name": "second",
                       "location": "northeurope"}]}}}).result().properties.provisioning_state
seen["its group"] = groups.get("second").location
deploy.begin_delete("rg", "web").result()
seen["deployment gone"] = deploy.check_existence("rg", "web")
seen["resources stay"] = names(resources.resources.list_by_resource_group("rg"))

# Stacks.
valid = stacking.begin_validate_stack_at_resource_group("rg", "shop", stack("stackone")).result()
seen["stack validate"] = names(valid.properties.validated_resources)
seen["stack validate wrong"] = refused(
    stacking.begin_validate_stack_at_resource_group, "rg", "shop",
    {"properties": {**stack("one")["properties"], "parameters": {"Wrong": {"value": 1}}}})


def put_stack(*accounts, **settings):
    return stacking.begin_create_or_update_at_resource_group("rg", "shop", stack(*accounts, **settings)).result().properties


made = put_stack("stackone", "stacktwo", deny="denyDelete")
seen["stack"] = [made.provisioning_state, names(made.resources), made.deny_settings.mode]
seen["denied"] = refused(resources.resources.begin_delete_by_id,
                         f"{group_id}/providers/Microsoft.Storage/storageAccounts/stackone",
                         api_version="2024-01-01")
seen["stacks"] = [one.name for one in stacking.list_at_resource_group("rg")]

# A stack's what-if.
results = stacks.deployment_stacks_what_if_results_at_resource_group
results.begin_create_or_update("rg", "next", {"properties": {
    **stack("stackone", "stackthree", resources="delete")["properties"],
    "deploymentStackResourceId": f"{group_id}/providers/Microsoft.Resources/deploymentStacks/shop",
    "retentionInterval": "P1D"}}).result()
told = results.get("rg", "next").properties.changes
seen["stack what-if"] = sorted([one.change_type, one.change_certainty, one.id.split("/")[-1]] for one in told.resource_changes)
seen["stack what-if deny"] = [told.deny_settings_change.before.mode, told.deny_settings_change.after.mode]
results.delete("rg", "next")
seen["stack what-if gone"] = refused(results.get, "rg", "next")

fewer = put_stack("stackone")
seen["detached"] = [names(fewer.resources), names(fewer.detached_resources), names(fewer.deleted_resources)]
none = put_stack(resources="delete")
seen["deleted"] = [names(none.resources), names(none.detached_resources), names(none.deleted_resources)]
seen["stack export"] = stacking.export_template_at_resource_group("rg", "shop").template["contentVersion"]
stacking.begin_delete_at_resource_group("rg", "shop").result()
seen["stack gone"] = refused(stacking.get_at_resource_group, "rg", "shop")
seen["left"] = names(resources.resources.list_by_resource_group("rg"))

# Everything goes.
groups.begin_delete("rg").result()
seen["group gone"] = groups.check_existence("rg")
print(json.dumps(seen))
