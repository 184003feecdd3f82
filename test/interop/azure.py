"""Drives the pretend Azure with Microsoft's own management clients; prints what it saw as JSON."""

import json
import sys
import time

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.polling import LROPoller
from azure.mgmt.resource import ResourceManagementClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient

url, token = sys.argv[1:]
subscription = "11111111-1111-1111-1111-111111111111"
quick = {"polling_interval": 0.1, "retry_total": 0}
seen = {}


class Credential:
    def get_token(self, *scopes, **kwargs):
        return AccessToken(token, int(time.time()) + 3600)

    def get_token_info(self, *scopes, options=None):
        from azure.core.credentials import AccessTokenInfo

        return AccessTokenInfo(token, int(time.time()) + 3600)


def client(kind):
    # The clients refuse a token over http unless they are told; the rest is as their users have it.
    return kind(Credential(), subscription, base_url=url, credential_scopes=[url + "/.default"],
                connection_verify=False, enforce_https=False, **quick)


def refused(call, *arguments, **keywords):
    try:
        answer = call(*arguments, **keywords)
        if isinstance(answer, LROPoller):
            answer.result()
    except HttpResponseError as error:
        return [error.status_code, error.error.code if error.error else None]
    return None


def template(names, **extra):
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"Size": {"type": "string", "defaultValue": "Standard_LRS"}},
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2023-05-01",
                "name": name,
                "location": "West Europe",
                "kind": "StorageV2",
                "sku": {"name": "[parameters('Size')]"},
                "properties": {"minimumTlsVersion": "TLS1_2"},
            }
            for name in names
        ],
        "outputs": {"First": {"type": "string", "value": f"[resourceId('Microsoft.Storage/storageAccounts', '{names[0]}')]"}}
        if names
        else {},
        **extra,
    }


resources, deployments, stacks = client(ResourceManagementClient), client(DeploymentsMgmtClient), client(DeploymentStacksClient)
groups = resources.resource_groups
deploy = deployments.deployments

# Groups.
group = groups.create_or_update("rg", {"location": "westeurope", "tags": {"a": "1"}})
seen["group"] = [group.name, group.location, group.properties.provisioning_state, group.tags]
seen["exists"] = [groups.check_existence("rg"), groups.check_existence("none")]
seen["groups"] = [one.name for one in groups.list()]
seen["missing group"] = refused(groups.get, "none")

# Deployments.
def deployment(names, mode="Incremental", **parameters):
    return {"properties": {"mode": mode, "template": template(names),
                           "parameters": {name: {"value": value} for name, value in parameters.items()}}}


valid = deploy.begin_validate("rg", "web", deployment(["one"])).result()
seen["validate"] = valid.properties.provisioning_state
seen["validate wrong"] = refused(deploy.begin_validate, "rg", "web", deployment(["one"], Wrong=1))
done = deploy.begin_create_or_update("rg", "web", deployment(["onestore", "twostore"])).result()
seen["deployment"] = [done.name, done.properties.provisioning_state, done.properties.outputs,
                      [one.id.split("/")[-1] for one in done.properties.output_resources]]
seen["parameters"] = done.properties.parameters
seen["deployments"] = [one.name for one in deploy.list_by_resource_group("rg")]
seen["deployment exists"] = [deploy.check_existence("rg", "web"), deploy.check_existence("rg", "none")]
seen["operations"] = sorted(
    one.properties.provisioning_operation for one in deployments.deployment_operations.list("rg", "web")
)
what_if = deploy.begin_what_if(
    "rg", "web", {"properties": {"mode": "Incremental", "template": template(["onestore", "newstore"]),
                                 "parameters": {"Size": {"value": "Standard_GRS"}}}}
).result()
seen["what-if"] = sorted([one.change_type, one.resource_id.split("/")[-1]] for one in what_if.changes)
seen["delta"] = sorted(
    [delta.path, delta.property_change_type]
    for one in what_if.changes
    if one.change_type == "Modify"
    for delta in one.delta
)
seen["export"] = sorted(deploy.export_template("rg", "web").template["parameters"])
seen["failed"] = refused(deploy.begin_create_or_update, "rg", "bad", {
    "properties": {"mode": "Incremental", "template": template(["Not_A_Name"])}})
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
seen["resources stay"] = sorted(one.name for one in resources.resources.list_by_resource_group("rg"))

# Stacks.
def stack(names, resources="detach", mode="none"):
    return {"properties": {"template": template(names), "denySettings": {"mode": mode},
                           "actionOnUnmanage": {"resources": resources}}}


seen["stack validate"] = sorted(
    one.id.split("/")[-1]
    for one in stacks.deployment_stacks.begin_validate_stack_at_resource_group("rg", "shop", stack(["stackone"]))
    .result().properties.validated_resources
)
made = stacks.deployment_stacks.begin_create_or_update_at_resource_group("rg", "shop", stack(["stackone", "stacktwo"])).result()
seen["stack"] = [made.properties.provisioning_state, sorted(one.id.split("/")[-1] for one in made.properties.resources)]

results = stacks.deployment_stacks_what_if_results_at_resource_group
stack_id = f"/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacks/shop"
told = results.begin_create_or_update("rg", "next", {"properties": {
    **stack(["stackone", "stackthree"], "delete")["properties"],
    "deploymentStackResourceId": stack_id, "retentionInterval": "P1D"}}).result()
told = results.get("rg", "next")
seen["stack what-if"] = sorted(
    [one.change_type, one.id.split("/")[-1]] for one in told.properties.changes.resource_changes
)
results.delete("rg", "next")
seen["stack what-if gone"] = refused(results.get, "rg", "next")

fewer = stacks.deployment_stacks.begin_create_or_update_at_resource_group("rg", "shop", stack(["stackone"])).result()
seen["detached"] = [one.id.split("/")[-1] for one in fewer.properties.detached_resources]
fewest = stacks.deployment_stacks.begin_create_or_update_at_resource_group("rg", "shop", stack([], "delete")).result()
seen["deleted"] = [one.id.split("/")[-1] for one in fewest.properties.deleted_resources]
seen["stack export"] = stacks.deployment_stacks.export_template_at_resource_group("rg", "shop").template["contentVersion"]
stacks.deployment_stacks.begin_delete_at_resource_group("rg", "shop").result()
seen["stack gone"] = refused(stacks.deployment_stacks.get_at_resource_group, "rg", "shop")
seen["left"] = sorted(one.name for one in resources.resources.list_by_resource_group("rg"))

# Everything that leaves.
groups.begin_delete("rg").result()
seen["group gone"] = groups.check_existence("rg")
print(json.dumps(seen, default=str))
