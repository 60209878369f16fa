using System.Globalization;
using System.Reflection;
using System.Text;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Api;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Views;
using Attendance.CameraWorker.Network;
using Attendance.CameraWorker.Pictures;
using Attendance.Web.Accounts;
using Attendance.Web.Cameras;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Attendance.Web.Doors;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Forwarding;
using Attendance.Web.Import;
using Attendance.Web.Import.Pictures;
using Attendance.Web.Import.Roster;
using Attendance.Web.Import.Timetables;
using Attendance.Web.Kiosks;
using Attendance.Web.Mail;
using Attendance.Web.Notifications;
using Attendance.Web.Notifications.Contacts;
using Attendance.Web.People;
using Attendance.Web.PhoneCameras;
using Attendance.Web.ReadApi;
using Attendance.Web.Privacy;
using Attendance.Web.Reports;
using Attendance.Web.Reports.Calendars;
using Attendance.Web.Reports.Exports;
using Attendance.Web.Rights;
using Attendance.Web.Schedules;
using Attendance.Web.Webhooks;

namespace Attendance.Tests.Telemetry;

/// <summary>Generates <c>docs/limits.md</c>. Each limit is read from the code that enforces it.</summary>
internal static class LimitsDocument
{
    private const int KiB = 1024, MiB = 1024 * 1024;

    public static string Path { get; } = GeneratedPage.PathOf("limits.md");

    private static readonly LeaseOptions s_leases = new();
    private static readonly CaptureOptions s_capture = new();
    private static readonly AccountOptions s_accounts = new();
    private static readonly RecognitionOptions s_recognition = new();
    private static readonly CheckInOptions s_checkIn = new();
    private static readonly ReportsOptions s_reports = new();
    private static readonly KioskOptions s_kiosks = new();
    private static readonly DoorOptions s_doors = new();
    private static readonly ImportOptions s_import = new();
    private static readonly LiveOptions s_live = new();
    private static readonly PrivacyOptions s_privacy = new();
    private static readonly PhoneCameraOptions s_phoneCameras = new();
    private static readonly ReadApiOptions s_readApi = new();
    private static readonly DispatchOptions s_webhooks = new();

    private static IReadOnlyList<(string Title, IReadOnlyList<Limit> Limits)> Groups { get; } =
    [
        ("Requests", [
            new("body of a request to the camera API, also by way of Web", Size(JsonBody.MaxLength), "413 `body_too_large`"),
            new("form of a page", Size(Constant(typeof(CameraPages), "LargestForm")), "400"),
            new("iCalendar file of holidays", Size(Constant(typeof(HolidaysModel), "LargestFile")), "400"),
            new("picture of a person", $"{Size(Constant(typeof(ShotForm), "LargestPicture"))}, {JpegStructure.MaxSide} × {JpegStructure.MaxSide} pixels", "413 `body_too_large`; 400 names `picture`"),
            new("items of a page of a list (`limit`)", Number(PageRequest.MaxLimit), "400 names `limit`"),
            new("TTL of a lease", $"{LeaseOptions.MaxTtlSeconds} s; default `Leases:Ttl` {Seconds(s_leases.Ttl)}", "400 names `ttl_seconds`"),
            new("wait for a camera (`wait_seconds`)", $"{Constant(typeof(AcquireLease), "MaxWaitSeconds")} s", "400 names `wait_seconds`"),
            new("role of a session that shares a camera (`role`)", $"{Constant(typeof(AcquireLease), "LongestRole")} characters", "400 names `role`"),
            new("cameras to choose from (`requirements.cameras`)", $"{CameraSelection.Most} patterns", "400 names `requirements.cameras`"),
            new("sessions of a cleanup", Number(CleanupRequest.MaxSessions), "400 names `session_ids`"),
            new("leases of a cleanup (`lease_refs`)", Number(CleanupRequest.MaxLeases), "400 names `lease_refs`"),
            new("reason of a cleanup (`reason`)", $"{CleanupRequest.MaxReason} characters", "400 names `reason`"),
            new("reason of an action of ops (`why`)", $"{OpsRequest.MaxWhy} characters", "400 names `why`"),
            new("message of a presence socket", Size(PresenceSocket.MaxMessage), "the socket is closed"),
        ]),
        ("Accounts", [
            new("wrong passwords in a row", $"`Accounts:WrongPasswords` {s_accounts.WrongPasswords}", "locked for `Accounts:LockedFor` " + Seconds(s_accounts.LockedFor)),
            new("attempts to sign in, a minute and address", $"`Accounts:AttemptsPerMinute` {s_accounts.AttemptsPerMinute}", "429 with `Retry-After`"),
            new("streams, sockets and consoles of an account", $"`Accounts:OpenConnections` {s_accounts.OpenConnections}", "429 `too_many`"),
            new("wishes for a camera that wait, of an account", $"`Accounts:WaitingWishes` {s_accounts.WaitingWishes}", "429 `too_many`"),
            new("browsers' cameras of an account, an hour", $"`Accounts:BrowserCameras` {s_accounts.BrowserCameras}", "429 `too_many`"),
            new("pictures of people that an account sends, a minute", $"`Accounts:PicturesPerMinute` {s_accounts.PicturesPerMinute}", "429 `too_many`"),
            new("teams of an account", $"{TeamNames.Most}, {AccountTeam.NameLength} characters each", "said on the page"),
            new("rules for cameras (`Rights`), in the configuration and on the page", $"{RightsBook.MostRules} each", "the start is stopped; said on the page"),
            new("sessions of an account that Web knows, to end what they have no right to any more", Number(AccountSessions.Most), "those are forgotten that were seen longest ago"),
            new("wrong personal codes in a row, of a person", $"`CheckIn:WrongCodes` {s_checkIn.WrongCodes}", "locked for `CheckIn:CodeLockedFor` " + Seconds(s_checkIn.CodeLockedFor)),
            new("wrong personal codes at a place, within that time", $"`CheckIn:WrongCodesAtPlace` {s_checkIn.WrongCodesAtPlace}", "the place is locked for `CheckIn:CodeLockedFor`"),
            new("phones of a person that show a QR code", Number(PhoneStore.Most), "said on the page"),
            new("age of the one-time code of a phone", "`CheckIn:PhoneSetupLasts` " + Seconds(s_checkIn.PhoneSetupLasts), "said on the page"),
            new("contacts of a person", Number(ContactStore.Most), "said on the page"),
            new("mails that ask a contact to confirm", "1 in 10 min", "said on the page"),
            new("rules of notifications", Number(NotificationRules.Most), "said on the page"),
            new("mails, a minute", $"`Mail:PerMinute` {new MailOptions().PerMinute}", "the others wait"),
            new("age of a notification that could not be sent", "`Notifications:MaxAge` " + Seconds(new NotificationOptions().MaxAge), "dropped, and listed so"),
            new("phones that lend their camera to an account's pages", Number(PhonePairings.Most), "429 `too_many`"),
            new("age of the one-time code for a phone's camera", "`PhoneCameras:CodeLasts` " + Seconds(s_phoneCameras.CodeLasts), "said on the page"),
            new("age of a link to a person's own data", $"`Privacy:LinkLasts` {s_privacy.LinkLasts.TotalDays} days", "said on the page"),
            new("age of a check-in when it arrives", "`CheckIn:OldestEvent` " + Seconds(s_checkIn.OldestEvent), "refused"),
            new("name, number, group of a person", $"{Person.NameLength}, {Person.NumberLength}, {Person.GroupLength} characters", "said on the page"),
        ]),
        ("Other programs", [
            new("items of a page of the read API (`limit`)", $"{ListRequest.MostItems}; {ListRequest.UsualItems} unless asked otherwise", "400 names `limit`"),
            new("requests of an API token, a minute", $"`ReadApi:RequestsPerMinute` {s_readApi.RequestsPerMinute}", "429 `too_many` with `Retry-After`"),
            new("age of a cursor that asks for changes", $"`ReadApi:DeletionsKept` {s_readApi.DeletionsKept.TotalDays} days", "410 `cursor_expired`"),
            new("API tokens; webhooks", $"{ApiTokenStore.Most}; {WebhookStore.Most}", "said on the page"),
            new("time for a webhook to answer", "`Webhooks:Timeout` " + Seconds(s_webhooks.Timeout), "it is tried again"),
            new("time that a message is tried", "`Webhooks:GiveUpAfter` " + Seconds(s_webhooks.GiveUpAfter), "it is a dead letter"),
            new("time that a webhook accepts nothing", $"`Webhooks:DisableAfter` {s_webhooks.DisableAfter.TotalDays} days", "it is switched off, and said on the page"),
        ]),
        ("Reports", [
            new("days of a report", Number(ReportRange.LongestDays), "said on the page"),
            new("sessions that are sorted by percentage", Number(AttendanceReports.MostSorted), "sorted by start, and said on the page"),
            new("exports of an account that run at a time", $"`Reports:ExportsAtOnce` {s_reports.ExportsAtOnce}", "429 `too_many`"),
            new("rows of an exported sheet (XLSX)", Number(XlsxExport.MostRows), "400 names `until`"),
            new("requests of calendars, a minute and address", $"`Reports:CalendarsPerMinute` {s_reports.CalendarsPerMinute}", "429 with `Retry-After`"),
            new("sessions of a calendar", Number(CalendarStore.Most), "the latest are left out"),
        ]),
        ("Kiosks", [
            new("frames that a kiosk sends, a second", $"`Kiosks:FramesPerSecond` {s_kiosks.FramesPerSecond}", "429 `too_many`"),
            new("frame of a kiosk", Size(FrameForm.LargestPicture), "refused"),
            new("numbers and codes that are entered at a kiosk, a minute", $"`Kiosks:EntriesPerMinute` {s_kiosks.EntriesPerMinute}", "429 `too_many`"),
            new("time for the face after a number was entered", "`Kiosks:NumberLasts` " + Seconds(s_kiosks.NumberLasts), "the number is asked for again"),
            new("faces that are not that of the number that was entered, of a person, within that time", $"`CheckIn:WrongFaces` {s_checkIn.WrongFaces}", $"the number is refused by face for `CheckIn:NumberLockedFor` {Seconds(s_checkIn.NumberLockedFor)}; operators see a doubt"),
            new("age of the one-time code of a kiosk", "`Kiosks:SetupCodeLasts` " + Seconds(s_kiosks.SetupCodeLasts), "said on the page"),
        ]),
        ("Doors", [
            new("frames of a door that are looked at, a second", $"`Doors:FramesPerSecond` {s_doors.FramesPerSecond}", "those between are passed over"),
            new("picture of a door", Size(MotionJpegReader.LargestPicture), "passed over"),
            new("time that a door's camera stays borrowed if Web is killed", "`Doors:LeaseLasts` " + Seconds(s_doors.LeaseLasts), "the camera is free"),
        ]),
        ("Import", [
            new("file of people", $"`Import:LargestFile` {Size(s_import.LargestFile)}, {Number(CsvRows.MostRows)} rows, {CsvRows.MostColumns} columns", "said on the page"),
            new("ZIP archive or folder of pictures", $"`Import:LargestPictures` {Size(s_import.LargestPictures)}, {Number(UploadLimits.MostFiles)} files", "said on the page"),
            new("picture of an import", $"{Size(Constant(typeof(PictureUpload), "LargestPicture"))}, {Constant(typeof(PictureUpload), "MostOfPerson")} of a person", "refused, and listed"),
            new("timetable", $"{Size(TimetableFile.Largest)}, {Number(Constant(typeof(TimetableFile), "Most"))} events", "said on the page"),
            new("age of an import that nobody confirms, and of its refused rows", "`Import:KeptFor` " + Seconds(s_import.KeptFor), "its content is deleted"),
            new("time until another process goes on with an import", "`Import:ClaimLasts` " + Seconds(s_import.ClaimLasts), "the import goes on"),
        ]),
        ("Recognition", [
            new("pictures that are looked at together", $"`Recognition:Threads` {s_recognition.Threads}", "the others wait; a frame of a kiosk no longer than `Recognition:OldestFrame` 200 ms, then it is passed over"),
            new("people that a face is compared with", $"`Recognition:MaxCandidates` {s_recognition.MaxCandidates}", "they say first who they are"),
            new("people whose templates are decrypted in memory", $"`Recognition:CachedPeople` {Number(s_recognition.CachedPeople)}, {Seconds(s_recognition.CachedFor)} after their last use", "those go that were used longest ago"),
            new("people that a face is compared with on a person's page", Number(Constant(typeof(PersonModel), "ComparedPeople")), "those who were changed last are"),
        ]),
        ("Cameras", [
            new("cameras that are published at a time, a node", $"`WebRtc:MaxPublishers` {s_live.MaxPublishers}", "503 `too_many_publishers` with `Retry-After`"),
            new("viewers by WebRTC at a time, a node", $"`WebRtc:MaxViewers` {s_live.MaxViewers}", "503 `too_many_viewers` with `Retry-After`; pages show Motion JPEG"),
            new("picture shown by WebRTC", $"{Number(I420Decoder.MostPixels)} pixels", "it is halved, also several times"),
            new("offer to publish or watch a camera", $"{SdpOffer.MostLines} lines, {SdpOffer.MostMedia} media, {SdpOffer.MostCandidates} candidates", "400 names `offer`"),
            new("answer of the process for WebRTC", "5 s", "503 `live_unavailable`; it is started anew"),
            new("memory of the process for WebRTC", $"`WebRtc:MaxMemory` {s_live.MaxMemory} MiB", "it is started anew, and its peers connect again"),
            new("silence of a peer", "10 s", "it is gone, and the camera that it published is missing"),
            new("sessions that share a camera", $"`Leases:MaxHolders` {s_leases.MaxHolders}", "409 `camera_full`; with `wait_seconds`, they wait"),
            new("cameras of browsers that are leased at a time, a node", $"`Leases:MaxBrowserCameras` {s_leases.MaxBrowserCameras}", "503 `too_many_browser_cameras` with `Retry-After`"),
            new("time that one session holds a camera", $"`Leases:MaxHold` {Seconds(s_leases.MaxHold)}", "the lease ends: `max_hold`"),
            new("pixels of a picture", $"`Capture:MaxPixels` {Number(s_capture.MaxPixels)}", "not decoded; after ten in a row the camera fails and says so"),
            new("picture from the network", $"{Size(CaptureProtocol.MaxJpegLength)}; {CaptureProtocol.MaxFrameRate} a second", "passed over"),
            new("redirections of a network camera", $"{Constant(typeof(HttpCamera), "MostRedirections")}, to its own host", "the camera fails and says so"),
            new("playlist of a network camera", Size(Constant(typeof(HttpRelay), "LongestPlaylist")), "the camera fails and says so"),
            new("lines that a camera's worker logs", $"{WorkerLogLines.AtOnce} at once, {WorkerLogLines.LongestLine} characters each", "left out, and counted in the log"),
        ]),
        ("Nodes", [
            new("times that a request is sent on", Number(Constant(typeof(Routing), "MaxHops")), "503 `node_unavailable`"),
            new("answer of a node", Size(Constant(typeof(NodeFanOut), "LongestAnswer")), "taken for none: the node is in `unreachable`"),
            new("difference of two nodes' clocks", Seconds(NodeSignature.Skew), "401, and a warning in the log"),
            new("nodes whose events a listener has", Number(FollowedNodes.Limit), "those beyond are named"),
        ]),
        ("What is kept", [
            new("ended leases of a camera", Number(LeaseStore.LedgerLength), "the oldest go"),
            new("actions of ops, of all nodes", Number(AuditLog.Length), "the oldest go"),
            new("resolved alerts of a node", Number(AlertStore.HistoryLength), "the oldest go"),
            new("messages that a webhook was not told", Number(Constant(typeof(AlertStore), "DeadLetters")), "the oldest go"),
            new("messages that wait for a webhook", Number(Constant(typeof(Webhook), "Backlog")), "the oldest become dead letters"),
            new("events of a node, for who resumes", Number(Constant(typeof(CameraEvents), "Backlog")), "`reset`"),
            new("writes that wait for the store", Number(Constant(typeof(BackgroundStoreWriter), "Backlog")), "the oldest go"),
        ]),
    ];

    public static string Renew(string page) => GeneratedPage.Renew(page, Generate());

    private static string Generate()
    {
        var page = new StringBuilder("\n");
        foreach (var (title, limits) in Groups)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| of | at most | what comes at it |\n|---|---|---|\n");
            foreach (var limit in limits)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {limit.Of} | {limit.Most} | {limit.Answer} |\n");
            }
        }

        return page.Append('\n').ToString();
    }

    /// <summary>Reads a constant of a class, also a private one.</summary>
    private static int Constant(Type type, string name) =>
        (int)(type.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetRawConstantValue()
            ?? throw new InvalidOperationException($"{type.Name} has no limit '{name}' any more."));

    private static string Number(int number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Size(int bytes) => bytes % MiB == 0 ? $"{bytes / MiB} MiB" : $"{bytes / KiB} KiB";

    private static string Seconds(TimeSpan span) => span.TotalMinutes < 2 ? $"{span.TotalSeconds} s" : span.TotalHours < 2 ? $"{span.TotalMinutes} min" : $"{span.TotalHours} h";

    private sealed record Limit(string Of, string Most, string Answer);
}
