using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.People;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Enrollment;

internal static class EnrollmentRegistration
{
    public static void AddEnrollment(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ShotLimits>().BindStrictly(ShotLimits.Section);
        builder.Services.AddSingleton<IValidateOptions<ShotLimits>, ShotLimitsValidator>();
        builder.Services.AddSingleton<ShotInspector>();
        builder.Services.AddSingleton<ShotSeal>();
        builder.Services.AddScoped<ShotStore>();
        builder.Services.AddScoped<ShotIntake>();
    }

    public static void MapEnrollment(this IEndpointRouteBuilder routes) => routes.MapShots();
}
