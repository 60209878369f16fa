using Attendance.CameraApi.Node;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Store;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

internal static class LeaseRegistration
{
    public static void AddLeases(this IHostApplicationBuilder builder)
    {
        builder.AddLeaseStore();
        builder.Services.AddSingleton<LeaseMetrics>();
        builder.Services.AddSingleton<UnconfirmedReleases>();
        builder.Services.AddSingleton<EndedLeases>();
        builder.Services.AddSingleton<CameraSlots>();
        builder.Services.AddSingleton<SessionNodes>();
        builder.Services.AddSingleton<ClosingNode>();
        builder.Services.AddSingleton<LeaseRegistry>();
        builder.Services.AddSingleton<Quarantines>();
        builder.Services.AddSingleton<LeaseRelease>();
        builder.Services.AddSingleton<LeaseFactory>();
        builder.Services.AddSingleton<LeaseOpening>();
        builder.Services.AddSingleton<LeaseGrant>();
        builder.Services.AddSingleton<LeaseAcquisition>();
        builder.Services.AddSingleton<LeaseAdoption>();
        builder.Services.AddSingleton<LeaseRenewal>();
        builder.Services.AddSingleton<LeaseMove>();
        builder.Services.AddSingleton<CameraLeases>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("session store");
    }

    /// <summary>Adds the services of a command that accesses the lease store itself.</summary>
    public static void AddLeaseStore(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LeaseOptions, LeaseOptionsValidator>().BindStrictly("Leases");
        builder.Services.AddOptionsWithValidateOnStart<NodeOptions, NodeOptionsValidator>().BindStrictly("Node");
        builder.Services.AddOptions<StoreOptions>().Configure<IOptions<LeaseOptions>>((store, leases) => store.Timeout = leases.Value.StoreTimeout);
        builder.AddStore();
        builder.Services.AddSingleton<LeaseIdSeal>();
        builder.Services.AddSingleton<LeaseStore>();
    }
}
