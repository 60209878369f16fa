using Attendance.Web.Data;

namespace Attendance.Web.People;

/// <summary>The data about a picture of a person, without the picture itself.</summary>
internal sealed record ShotResponse(
    Guid ShotId, string Pose, DateTime TakenAt, int Width, int Height, double Sharpness, double Brightness, double Size, double Yaw, double Pitch,
    bool Manual, string PictureUrl)
{
    public static ShotResponse From(Shot shot) => new(
        shot.Id, shot.Pose.Code(), shot.TakenAt, shot.Width, shot.Height, shot.Sharpness, shot.Brightness, shot.Size, shot.Yaw, shot.Pitch,
        shot.Manual, $"/api/people/{shot.PersonId}/shots/{shot.Pose.Code()}/picture?shot={shot.Id:N}"); // each picture has an address of its own
}
