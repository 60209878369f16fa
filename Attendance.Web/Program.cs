using System.Globalization;
using Attendance.ServiceDefaults;
using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Cameras;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Demo;
using Attendance.Web.Doors;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Forwarding;
using Attendance.Web.Import;
using Attendance.Web.Kiosks;
using Attendance.Web.Layout;
using Attendance.Web.Operations;
using Attendance.Web.People;
using Attendance.Web.PhoneCameras;
using Attendance.Web.Rights;
using Attendance.Web.Schedules;
using Attendance.Web.Security;

// Numbers and times are formatted the same way on every machine. ICU is there for people's names.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

if (args is ["--version"])
{
    Console.WriteLine(ProductVersion.Text);
    return;
}

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddServerLimits(ShotForm.LargestBody);
builder.Services.AddProblemDetails().AddWireJson();
builder.AddSecurity();
builder.Services.AddSingleton<ModuleGraph>();
builder.AddData();
builder.AddAccounts();
builder.AddAudit();
builder.AddRights();
builder.AddFaces();
builder.AddPeople();
builder.AddSchedules();
builder.AddCheckIn();
builder.AddEnrollment();
builder.AddImport();
builder.AddPhoneCameras();
builder.AddKiosks();
builder.AddDoors();
builder.AddDemo();
builder.AddCameraApi();
builder.AddCameraPages();
builder.AddOperations();

var app = builder.Build();

app.UseSecurityHeaders();
app.UseErrorPages();
app.UseAssets();
app.UseRouting();
app.UseSameOriginOnly();
app.UseAuthentication();
app.UseAuthorization();
app.UseRateLimiter(); // after authentication, because it counts by account if there is one
app.UsePasswordFirst();
app.UseAntiforgery();
app.MapDefaultEndpoints();

var routes = app.MapNamed();
routes.MapAccounts();
routes.MapEnrollment();
routes.MapCheckIn();
routes.MapImport();
routes.MapKiosks();
routes.MapPhoneCameras();
routes.MapCameraApi();
routes.MapOperations();
routes.MapRazorPages();

await app.RunAsync();
