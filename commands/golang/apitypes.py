"""The structs into which docker 28 decodes the answers that inspect, info, version, events and compose show.

A line names a type and then its definition: another type, or fields written Name:type, Name=key:type where JSON
has another key, several names sharing one type, a question mark for omitempty, a plus for an embedded struct.
"""

TYPES = """
strslice.StrSlice []string
nat.Port string
nat.PortMap map[nat.Port][]nat.PortBinding
nat.PortSet map[nat.Port]struct{}
nat.PortBinding HostIP=HostIp,HostPort:string
units.Ulimit Name:string Hard,Soft:int64
storage.DriverData Data:map[string]string Name:string
v1.Platform Architecture=architecture,OS=os:string OSVersion=os.version:string? OSFeatures=os.features:[]string?
 Variant=variant:string?
digest.Digest string
v1.Descriptor MediaType=mediaType:string Digest=digest:digest.Digest Size=size:int64 URLs=urls:[]string?
 Annotations=annotations:map[string]string? Data=data:[]uint8? Platform=platform:*v1.Platform?
 ArtifactType=artifactType:string?
v1.HealthcheckConfig Test:[]string? Interval,Timeout,StartPeriod,StartInterval:time.Duration? Retries:int?

api.PortPublishers []api.PortPublisher
api.PortPublisher URL:string TargetPort,PublishedPort:int Protocol:string

events.Message Status=status,ID=id,From=from:string? Type:events.Type Action:events.Action Actor:events.Actor
 Scope=scope:string? Time=time,TimeNano=timeNano:int64?
events.Type string
events.Action string
events.Actor ID:string Attributes:map[string]string

container.InspectResponse +*container.ContainerJSONBase Mounts:[]container.MountPoint Config:*container.Config
 NetworkSettings:*container.NetworkSettings ImageManifestDescriptor:*v1.Descriptor?
container.ContainerJSONBase ID=Id,Created,Path:string Args:[]string State:*container.State Image,ResolvConfPath,
HostnamePath,HostsPath,LogPath,Name:string RestartCount:int Driver,Platform,MountLabel,ProcessLabel,
AppArmorProfile:string ExecIDs:[]string HostConfig:*container.HostConfig GraphDriver:storage.DriverData
 SizeRw,SizeRootFs:*int64?
container.State Status:string Running,Paused,Restarting,OOMKilled,Dead:bool Pid,ExitCode:int Error,StartedAt,
FinishedAt:string Health:*container.Health?
container.Health Status:string FailingStreak:int Log:[]*container.HealthcheckResult
container.HealthcheckResult Start,End:time.Time ExitCode:int Output:string
mount.Type string
mount.Propagation string
mount.Consistency string
container.MountPoint Type:mount.Type? Name:string? Source,Destination:string Driver:string? Mode:string RW:bool
 Propagation:mount.Propagation
mount.BindOptions Propagation:mount.Propagation? NonRecursive:bool? CreateMountpoint:bool?
 ReadOnlyNonRecursive,ReadOnlyForceRecursive:bool?
mount.Driver Name:string? Options:map[string]string?
mount.VolumeOptions NoCopy:bool? Labels:map[string]string? Subpath:string? DriverConfig:*mount.Driver?
mount.ImageOptions Subpath:string?
fs.FileMode uint32
mount.TmpfsOptions SizeBytes:int64? Mode:fs.FileMode? Options:[][]string?
mount.ClusterOptions
mount.Mount Type:mount.Type? Source,Target:string? ReadOnly:bool? Consistency:mount.Consistency?
 BindOptions:*mount.BindOptions? VolumeOptions:*mount.VolumeOptions? ImageOptions:*mount.ImageOptions?
 TmpfsOptions:*mount.TmpfsOptions? ClusterOptions:*mount.ClusterOptions?
container.Config Hostname,Domainname,User:string AttachStdin,AttachStdout,AttachStderr:bool ExposedPorts:nat.PortSet?
 Tty,OpenStdin,StdinOnce:bool Env:[]string Cmd:strslice.StrSlice Healthcheck:*v1.HealthcheckConfig?
 ArgsEscaped:bool? Image:string Volumes:map[string]struct{} WorkingDir:string Entrypoint:strslice.StrSlice
 NetworkDisabled:bool? MacAddress:string? OnBuild:[]string Labels:map[string]string StopSignal:string?
 StopTimeout:*int? Shell:strslice.StrSlice?
container.LogConfig Type:string Config:map[string]string
container.NetworkMode string
container.RestartPolicyMode string
container.RestartPolicy Name:container.RestartPolicyMode MaximumRetryCount:int
container.CgroupnsMode string
container.IpcMode string
container.CgroupSpec string
container.PidMode string
container.UTSMode string
container.UsernsMode string
container.Isolation string
container.HostConfig Binds:[]string ContainerIDFile:string LogConfig:container.LogConfig
 NetworkMode:container.NetworkMode PortBindings:nat.PortMap RestartPolicy:container.RestartPolicy AutoRemove:bool
 VolumeDriver:string VolumesFrom:[]string ConsoleSize:[2]uint Annotations:map[string]string?
 CapAdd,CapDrop:strslice.StrSlice CgroupnsMode:container.CgroupnsMode DNS=Dns,DNSOptions=DnsOptions,
DNSSearch=DnsSearch,ExtraHosts,GroupAdd:[]string IpcMode:container.IpcMode Cgroup:container.CgroupSpec Links:[]string
 OomScoreAdj:int PidMode:container.PidMode Privileged,PublishAllPorts,ReadonlyRootfs:bool SecurityOpt:[]string
 StorageOpt,Tmpfs:map[string]string? UTSMode:container.UTSMode UsernsMode:container.UsernsMode ShmSize:int64
 Sysctls:map[string]string? Runtime:string Isolation:container.Isolation +container.Resources Mounts:[]mount.Mount?
 MaskedPaths,ReadonlyPaths:[]string Init:*bool?
blkiodev.WeightDevice Path:string Weight:uint16
blkiodev.ThrottleDevice Path:string Rate:uint64
container.DeviceMapping PathOnHost,PathInContainer,CgroupPermissions:string
container.DeviceRequest Driver:string Count:int DeviceIDs:[]string Capabilities:[][]string Options:map[string]string
container.Resources CPUShares=CpuShares,Memory,NanoCPUs=NanoCpus:int64 CgroupParent:string BlkioWeight:uint16
 BlkioWeightDevice:[]*blkiodev.WeightDevice BlkioDeviceReadBps,BlkioDeviceWriteBps,BlkioDeviceReadIOps,
BlkioDeviceWriteIOps:[]*blkiodev.ThrottleDevice CPUPeriod=CpuPeriod,CPUQuota=CpuQuota,
CPURealtimePeriod=CpuRealtimePeriod,CPURealtimeRuntime=CpuRealtimeRuntime:int64 CpusetCpus,CpusetMems:string
 Devices:[]container.DeviceMapping DeviceCgroupRules:[]string DeviceRequests:[]container.DeviceRequest
 KernelMemory,KernelMemoryTCP:int64? MemoryReservation,MemorySwap:int64 MemorySwappiness:*int64 OomKillDisable:*bool
 PidsLimit:*int64 Ulimits:[]*units.Ulimit CPUCount=CpuCount,CPUPercent=CpuPercent:int64
 IOMaximumIOps,IOMaximumBandwidth:uint64
network.Address Addr:string PrefixLen:int
network.EndpointIPAMConfig IPv4Address,IPv6Address:string? LinkLocalIPs:[]string?
network.EndpointSettings IPAMConfig:*network.EndpointIPAMConfig Links,Aliases:[]string MacAddress:string
 DriverOpts:map[string]string GwPriority:int NetworkID,EndpointID,Gateway,IPAddress:string IPPrefixLen:int
 IPv6Gateway,GlobalIPv6Address:string GlobalIPv6PrefixLen:int DNSNames:[]string
container.NetworkSettingsBase Bridge,SandboxID,SandboxKey:string Ports:nat.PortMap HairpinMode:bool
 LinkLocalIPv6Address:string LinkLocalIPv6PrefixLen:int SecondaryIPAddresses,SecondaryIPv6Addresses:[]network.Address
container.DefaultNetworkSettings EndpointID,Gateway,GlobalIPv6Address:string GlobalIPv6PrefixLen:int IPAddress:string
 IPPrefixLen:int IPv6Gateway,MacAddress:string
container.NetworkSettings +container.NetworkSettingsBase +container.DefaultNetworkSettings
 Networks:map[string]*network.EndpointSettings

image.InspectResponse ID=Id:string RepoTags,RepoDigests:[]string Parent,Comment:string Created,Container:string?
 ContainerConfig:*container.Config? DockerVersion,Author:string Config:*v1.DockerOCIImageConfig Architecture:string
 Variant:string? Os:string OsVersion:string? Size:int64 VirtualSize:int64? GraphDriver:storage.DriverData
 RootFS:image.RootFS Metadata:image.Metadata Descriptor:*v1.Descriptor? Manifests:[]image.ManifestSummary?
image.RootFS Type:string? Layers:[]string?
image.Metadata LastTagTime:time.Time?
image.ManifestKind string
image.ManifestSize Content,Total:int64
image.UnpackedSize Unpacked:int64
image.ImageProperties Platform:v1.Platform Size:image.UnpackedSize Containers:[]string
image.AttestationProperties For:digest.Digest
image.ManifestSummary ID:string Descriptor:v1.Descriptor Available:bool Size:image.ManifestSize
 Kind:image.ManifestKind ImageData:*image.ImageProperties? AttestationData:*image.AttestationProperties?
v1.DockerOCIImageConfig +v1.ImageConfig +v1.DockerOCIImageConfigExt
v1.ImageConfig User:string? ExposedPorts:map[string]struct{}? Env,Entrypoint,Cmd:[]string?
 Volumes:map[string]struct{}? WorkingDir:string? Labels:map[string]string? StopSignal:string? ArgsEscaped:bool?
v1.DockerOCIImageConfigExt Healthcheck:*v1.HealthcheckConfig? OnBuild,Shell:[]string?

network.Inspect Name,ID=Id:string Created:time.Time Scope,Driver:string EnableIPv4,EnableIPv6:bool IPAM:network.IPAM
 Internal,Attachable,Ingress:bool ConfigFrom:network.ConfigReference ConfigOnly:bool
 Containers:map[string]network.EndpointResource Options,Labels:map[string]string Peers:[]network.PeerInfo?
 Services:map[string]network.ServiceInfo?
network.IPAM Driver:string Options:map[string]string Config:[]network.IPAMConfig
network.IPAMConfig Subnet,IPRange,Gateway:string? AuxAddress=AuxiliaryAddresses:map[string]string?
network.ConfigReference Network:string
network.EndpointResource Name,EndpointID,MacAddress,IPv4Address,IPv6Address:string
network.PeerInfo Name,IP:string
network.Task Name,EndpointID,EndpointIP:string Info:map[string]string
network.ServiceInfo VIP:string Ports:[]string LocalLBIndex:int Tasks:[]network.Task

swarm.Version Index:uint64?
swarm.Meta Version:swarm.Version? CreatedAt,UpdatedAt:time.Time?
volume.AccessMode
volume.TopologyRequirement
volume.CapacityRange RequiredBytes,LimitBytes:int64
volume.Secret Key,Secret:string
volume.Availability string
volume.ClusterVolumeSpec Group:string? AccessMode:*volume.AccessMode?
 AccessibilityRequirements:*volume.TopologyRequirement? CapacityRange:*volume.CapacityRange?
 Secrets:[]volume.Secret? Availability:volume.Availability?
volume.PublishState string
volume.PublishStatus NodeID:string? State:volume.PublishState? PublishContext:map[string]string?
volume.Info CapacityBytes:int64? VolumeContext:map[string]string? VolumeID:string?
volume.ClusterVolume ID:string +swarm.Meta Spec:volume.ClusterVolumeSpec PublishStatus:[]*volume.PublishStatus?
 Info:*volume.Info?
volume.UsageData RefCount,Size:int64
volume.Volume ClusterVolume:*volume.ClusterVolume? CreatedAt:string? Driver:string Labels:map[string]string
 Mountpoint,Name:string Options:map[string]string Scope:string Status:map[string]any? UsageData:*volume.UsageData?

system.dockerInfo +*system.Info ServerErrors:[]string? UserName=-:string ClientInfo:*system.clientInfo?
 ClientErrors:[]string?
manager.Plugin Name:string
system.platformInfo Name:string?
system.clientVersion Platform:*system.platformInfo? Version,APIVersion=ApiVersion,DefaultAPIVersion,GitCommit,GoVersion,
Os,Arch,BuildTime:string? Context:string
system.clientInfo Debug:bool +system.clientVersion Plugins:[]manager.Plugin Warnings:[]string
system.PluginsInfo Volume,Network,Authorization,Log:[]string
registry.NetIPNet string
registry.IndexInfo Name:string Mirrors:[]string Secure,Official:bool
registry.ServiceConfig AllowNondistributableArtifactsCIDRs:[]*registry.NetIPNet
 AllowNondistributableArtifactsHostnames:[]string InsecureRegistryCIDRs:[]*registry.NetIPNet
 IndexConfigs:map[string]*registry.IndexInfo Mirrors:[]string ExtraFields:map[string]any
swarm.NamedGenericResource Kind,Value:string?
swarm.DiscreteGenericResource Kind:string? Value:int64?
swarm.GenericResource NamedResourceSpec:*swarm.NamedGenericResource?
 DiscreteResourceSpec:*swarm.DiscreteGenericResource?
system.Runtime Path=path:string? Args=runtimeArgs:[]string? Type=runtimeType:string? Options=options:map[string]any?
system.RuntimeWithStatus +system.Runtime Status=status:map[string]string?
system.Commit ID:string Expected:string?
system.NetworkAddressPool Base:string Size:int
system.FirewallInfo Driver:string Info:[][2]string?
system.DeviceInfo Source,ID:string
system.ContainerdNamespaces Containers,Plugins:string
system.ContainerdInfo Address:string? Namespaces:system.ContainerdNamespaces
swarm.LocalNodeState string
swarm.Peer NodeID,Addr:string
swarm.Annotations Name:string? Labels:map[string]string
swarm.OrchestrationConfig TaskHistoryRetentionLimit:*int64?
swarm.RaftConfig SnapshotInterval:uint64? KeepOldSnapshots:*uint64? LogEntriesForSlowFollowers:uint64?
 ElectionTick,HeartbeatTick:int
swarm.DispatcherConfig HeartbeatPeriod:time.Duration?
swarm.ExternalCA Protocol,URL:string Options:map[string]string? CACert:string
swarm.CAConfig NodeCertExpiry:time.Duration? ExternalCAs:[]*swarm.ExternalCA? SigningCACert,SigningCAKey:string?
 ForceRotate:uint64?
swarm.Driver Name:string? Options:map[string]string?
swarm.TaskDefaults LogDriver:*swarm.Driver?
swarm.EncryptionConfig AutoLockManagers:bool
swarm.Spec +swarm.Annotations Orchestration:swarm.OrchestrationConfig Raft:swarm.RaftConfig
 Dispatcher:swarm.DispatcherConfig CAConfig:swarm.CAConfig TaskDefaults:swarm.TaskDefaults
 EncryptionConfig:swarm.EncryptionConfig
swarm.TLSInfo TrustRoot:string? CertIssuerSubject,CertIssuerPublicKey:[]uint8?
swarm.ClusterInfo ID:string +swarm.Meta Spec:swarm.Spec TLSInfo:swarm.TLSInfo RootRotationInProgress:bool
 DefaultAddrPool:[]string SubnetSize,DataPathPort:uint32
swarm.Info NodeID,NodeAddr:string LocalNodeState:swarm.LocalNodeState ControlAvailable:bool Error:string
 RemoteManagers:[]swarm.Peer Nodes,Managers:int? Cluster:*swarm.ClusterInfo? Warnings:[]string?
system.Info ID:string Containers,ContainersRunning,ContainersPaused,ContainersStopped,Images:int Driver:string
 DriverStatus:[][2]string SystemStatus:[][2]string? Plugins:system.PluginsInfo MemoryLimit,SwapLimit:bool
 KernelMemory,KernelMemoryTCP:bool? CPUCfsPeriod=CpuCfsPeriod,CPUCfsQuota=CpuCfsQuota,CPUShares,CPUSet,PidsLimit,
IPv4Forwarding,Debug:bool NFd:int OomKillDisable:bool NGoroutines:int SystemTime,LoggingDriver,CgroupDriver:string
 CgroupVersion:string? NEventsListener:int KernelVersion,OperatingSystem,OSVersion,OSType,Architecture,
IndexServerAddress:string RegistryConfig:*registry.ServiceConfig NCPU:int MemTotal:int64
 GenericResources:[]swarm.GenericResource DockerRootDir,HTTPProxy=HttpProxy,HTTPSProxy=HttpsProxy,NoProxy,Name:string
 Labels:[]string ExperimentalBuild:bool ServerVersion:string Runtimes:map[string]system.RuntimeWithStatus
 DefaultRuntime:string Swarm:swarm.Info LiveRestoreEnabled:bool Isolation:container.Isolation InitBinary:string
 ContainerdCommit,RuncCommit,InitCommit:system.Commit SecurityOptions:[]string ProductLicense:string?
 DefaultAddressPools:[]system.NetworkAddressPool? FirewallBackend:*system.FirewallInfo? CDISpecDirs:[]string
 DiscoveredDevices:[]system.DeviceInfo? Containerd:*system.ContainerdInfo? Warnings:[]string

system.versionInfo Client:system.clientVersion Server:*types.Version
types.Platform Name:string
types.ComponentVersion Name,Version:string Details:map[string]string?
types.Version Platform:types.Platform? Components:[]types.ComponentVersion? Version,APIVersion=ApiVersion:string
 MinAPIVersion:string? GitCommit,GoVersion,Os,Arch:string KernelVersion:string? Experimental:bool? BuildTime:string?
"""
