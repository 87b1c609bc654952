"""The structs that docker 28 decodes services, nodes, tasks, configs, secrets and plugins into: see apitypes."""

TYPES = """
swarm.Service ID:string +swarm.Meta Spec:swarm.ServiceSpec PreviousSpec:*swarm.ServiceSpec? Endpoint:swarm.Endpoint
 UpdateStatus:*swarm.UpdateStatus? ServiceStatus:*swarm.ServiceStatus? JobStatus:*swarm.JobStatus?
swarm.ServiceSpec +swarm.Annotations TaskTemplate:swarm.TaskSpec Mode:swarm.ServiceMode
 UpdateConfig,RollbackConfig:*swarm.UpdateConfig? Networks:[]swarm.NetworkAttachmentConfig?
 EndpointSpec:*swarm.EndpointSpec?
swarm.ServiceMode Replicated:*swarm.ReplicatedService? Global:*swarm.GlobalService? ReplicatedJob:*swarm.ReplicatedJob?
 GlobalJob:*swarm.GlobalJob?
swarm.ReplicatedService Replicas:*uint64?
swarm.GlobalService
swarm.ReplicatedJob MaxConcurrent,TotalCompletions:*uint64?
swarm.GlobalJob
swarm.UpdateConfig Parallelism:uint64 Delay:time.Duration? FailureAction:string? Monitor:time.Duration?
 MaxFailureRatio:float32 Order:string
swarm.UpdateState string
swarm.UpdateStatus State:swarm.UpdateState? StartedAt,CompletedAt:*time.Time? Message:string?
swarm.ServiceStatus RunningTasks,DesiredTasks,CompletedTasks:uint64
swarm.JobStatus JobIteration:swarm.Version LastExecution:time.Time?
swarm.Endpoint Spec:swarm.EndpointSpec Ports:[]swarm.PortConfig? VirtualIPs:[]swarm.EndpointVirtualIP?
swarm.ResolutionMode string
swarm.EndpointSpec Mode:swarm.ResolutionMode? Ports:[]swarm.PortConfig?
swarm.PortConfigProtocol string
swarm.PortConfigPublishMode string
swarm.PortConfig Name:string? Protocol:swarm.PortConfigProtocol? TargetPort,PublishedPort:uint32?
 PublishMode:swarm.PortConfigPublishMode?
swarm.EndpointVirtualIP NetworkID,Addr:string?
swarm.NetworkAttachmentConfig Target:string? Aliases:[]string? DriverOpts:map[string]string?
swarm.RuntimeType string
swarm.TaskSpec ContainerSpec:*swarm.ContainerSpec? PluginSpec:*runtime.PluginSpec?
 NetworkAttachmentSpec:*swarm.NetworkAttachmentSpec? Resources:*swarm.ResourceRequirements?
 RestartPolicy:*swarm.RestartPolicy? Placement:*swarm.Placement? Networks:[]swarm.NetworkAttachmentConfig?
 LogDriver:*swarm.Driver? ForceUpdate:uint64 Runtime:swarm.RuntimeType?
runtime.PluginPrivilege Name=name,Description=description:string? Value=value:[]string?
runtime.PluginSpec Name=name,Remote=remote:string? Privileges=privileges:[]*runtime.PluginPrivilege?
 Disabled=disabled:bool? Env=env:[]string?
swarm.NetworkAttachmentSpec ContainerID:string
swarm.CredentialSpec Config,File,Registry:string
swarm.SELinuxContext Disable:bool User,Role,Type,Level:string
swarm.SeccompMode string
swarm.SeccompOpts Mode:swarm.SeccompMode? Profile:[]uint8?
swarm.AppArmorMode string
swarm.AppArmorOpts Mode:swarm.AppArmorMode?
swarm.Privileges CredentialSpec:*swarm.CredentialSpec SELinuxContext:*swarm.SELinuxContext Seccomp:*swarm.SeccompOpts?
 AppArmor:*swarm.AppArmorOpts? NoNewPrivileges:bool
swarm.DNSConfig Nameservers,Search,Options:[]string?
swarm.SecretReferenceFileTarget Name,UID,GID:string Mode:fs.FileMode
swarm.SecretReference File:*swarm.SecretReferenceFileTarget SecretID,SecretName:string
swarm.ConfigReferenceFileTarget Name,UID,GID:string Mode:fs.FileMode
swarm.ConfigReferenceRuntimeTarget
swarm.ConfigReference File:*swarm.ConfigReferenceFileTarget? Runtime:*swarm.ConfigReferenceRuntimeTarget?
 ConfigID,ConfigName:string
swarm.ContainerSpec Image:string? Labels:map[string]string? Command,Args:[]string? Hostname:string? Env:[]string?
 Dir,User:string? Groups:[]string? Privileges:*swarm.Privileges? Init:*bool? StopSignal:string?
 TTY,OpenStdin,ReadOnly:bool? Mounts:[]mount.Mount? StopGracePeriod:*time.Duration? Healthcheck:*v1.HealthcheckConfig?
 Hosts:[]string? DNSConfig:*swarm.DNSConfig? Secrets:[]*swarm.SecretReference? Configs:[]*swarm.ConfigReference?
 Isolation:container.Isolation? Sysctls:map[string]string? CapabilityAdd,CapabilityDrop:[]string?
 Ulimits:[]*units.Ulimit? OomScoreAdj:int64?
swarm.Limit NanoCPUs,MemoryBytes,Pids:int64?
swarm.Resources NanoCPUs,MemoryBytes:int64? GenericResources:[]swarm.GenericResource?
swarm.ResourceRequirements Limits:*swarm.Limit? Reservations:*swarm.Resources?
swarm.RestartPolicyCondition string
swarm.RestartPolicy Condition:swarm.RestartPolicyCondition? Delay:*time.Duration? MaxAttempts:*uint64?
 Window:*time.Duration?
swarm.SpreadOver SpreadDescriptor:string
swarm.PlacementPreference Spread:*swarm.SpreadOver
swarm.Platform Architecture,OS:string?
swarm.Placement Constraints:[]string? Preferences:[]swarm.PlacementPreference? MaxReplicas:uint64?
 Platforms:[]swarm.Platform?

swarm.TaskState string
swarm.Task ID:string +swarm.Meta +swarm.Annotations Spec:swarm.TaskSpec ServiceID:string? Slot:int? NodeID:string?
 Status:swarm.TaskStatus DesiredState:swarm.TaskState? NetworksAttachments:[]swarm.NetworkAttachment?
 GenericResources:[]swarm.GenericResource? JobIteration:*swarm.Version? Volumes:[]swarm.VolumeAttachment
swarm.TaskStatus Timestamp:time.Time? State:swarm.TaskState? Message,Err:string?
 ContainerStatus:*swarm.ContainerStatus? PortStatus:swarm.PortStatus
swarm.ContainerStatus ContainerID:string PID,ExitCode:int
swarm.PortStatus Ports:[]swarm.PortConfig?
swarm.VolumeAttachment ID,Source,Target:string?
swarm.NetworkAttachment Network:swarm.Network Addresses:[]string?
swarm.Network ID:string +swarm.Meta Spec:swarm.NetworkSpec DriverState:swarm.Driver IPAMOptions:*swarm.IPAMOptions?
swarm.NetworkSpec +swarm.Annotations DriverConfiguration:*swarm.Driver? IPv6Enabled,Internal,Attachable,Ingress:bool?
 IPAMOptions:*swarm.IPAMOptions? ConfigFrom:*network.ConfigReference? Scope:string?
swarm.IPAMOptions Driver:swarm.Driver Configs:[]swarm.IPAMConfig?
swarm.IPAMConfig Subnet,Range,Gateway:string?

swarm.Node ID:string +swarm.Meta Spec:swarm.NodeSpec Description:swarm.NodeDescription Status:swarm.NodeStatus
 ManagerStatus:*swarm.ManagerStatus?
swarm.NodeRole string
swarm.NodeAvailability string
swarm.NodeSpec +swarm.Annotations Role:swarm.NodeRole? Availability:swarm.NodeAvailability?
swarm.NodeDescription Hostname:string? Platform:swarm.Platform Resources:swarm.Resources Engine:swarm.EngineDescription
 TLSInfo:swarm.TLSInfo CSIInfo:[]swarm.NodeCSIInfo?
swarm.EngineDescription EngineVersion:string? Labels:map[string]string? Plugins:[]swarm.PluginDescription?
swarm.PluginDescription Type,Name:string?
swarm.Topology Segments:map[string]string?
swarm.NodeCSIInfo PluginName,NodeID:string? MaxVolumesPerNode:int64? AccessibleTopology:*swarm.Topology?
swarm.NodeState string
swarm.NodeStatus State:swarm.NodeState? Message,Addr:string?
swarm.Reachability string
swarm.ManagerStatus Leader:bool? Reachability:swarm.Reachability? Addr:string?

swarm.Secret ID:string +swarm.Meta Spec:swarm.SecretSpec
swarm.SecretSpec +swarm.Annotations Data:[]uint8? Driver,Templating:*swarm.Driver?
swarm.Config ID:string +swarm.Meta Spec:swarm.ConfigSpec
swarm.ConfigSpec +swarm.Annotations Data:[]uint8? Templating:*swarm.Driver?

types.Plugin Config:types.PluginConfig Enabled:bool ID=Id:string? Name:string PluginReference:string?
 Settings:types.PluginSettings
types.PluginConfig Args:types.PluginConfigArgs Description:string DockerVersion:string? Documentation:string
 Entrypoint:[]string Env:[]types.PluginEnv Interface:types.PluginConfigInterface IpcHost:bool
 Linux:types.PluginConfigLinux Mounts:[]types.PluginMount Network:types.PluginConfigNetwork PidHost:bool
 PropagatedMount:string User:types.PluginConfigUser WorkDir:string Rootfs=rootfs:*types.PluginConfigRootfs?
types.PluginConfigArgs Description,Name:string Settable,Value:[]string
types.PluginEnv Description,Name:string Settable:[]string Value:*string
types.PluginConfigInterface ProtocolScheme:string? Socket:string Types:[]string
types.PluginConfigLinux AllowAllDevices:bool Capabilities:[]string Devices:[]types.PluginDevice
types.PluginDevice Description,Name:string Path:*string Settable:[]string
types.PluginMount Description,Destination,Name:string Options,Settable:[]string Source:*string Type:string
types.PluginConfigNetwork Type:string
types.PluginConfigUser GID,UID:uint32?
types.PluginConfigRootfs DiffIds=diff_ids:[]string? Type=type:string?
types.PluginSettings Args:[]string Devices:[]types.PluginDevice Env:[]string Mounts:[]types.PluginMount
"""
